/** Whether one of our tokens is on the clipboard, whose, and until when. Never what it is. */
export class Clipboard {
  connection = $state<string | null>(null);
  clearsAt = $state<string | null>(null);

  set(connection: string | null, clearsAt: string | null): void {
    this.connection = connection;
    this.clearsAt = clearsAt;
  }

  holds(id: string): boolean {
    return this.clearsAt !== null && this.connection === id;
  }
}
