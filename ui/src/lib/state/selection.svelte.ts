import { SvelteSet } from 'svelte/reactivity';

/** The connections that a command acts on together, by id: they stay selected wherever sorting and filters put them. */
export class Selection {
  #ids = new SvelteSet<string>();
  /** Where a range begins, and what was selected before it. */
  anchor: string | null = null;
  #before: string[] = [];

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  get ids(): string[] {
    return [...this.#ids];
  }

  toggle(id: string): void {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#begin(id);
  }

  /** All of them, or none where all are selected already. */
  toggleAll(ids: string[]): void {
    const all = ids.every((id) => this.#ids.has(id));
    for (const id of ids)
      if (all) this.#ids.delete(id);
      else this.#ids.add(id);
    this.#begin(ids[0] ?? null);
  }

  add(ids: string[]): void {
    for (const id of ids) this.#ids.add(id);
  }

  /** A range that begins at `anchor` takes the place of the last one that began there. */
  range(anchor: string, ids: string[]): void {
    if (anchor !== this.anchor) this.#begin(anchor);
    const wanted = new Set([...this.#before, ...ids]);
    for (const id of this.ids) if (!wanted.has(id)) this.#ids.delete(id);
    this.add([...wanted]);
  }

  clear(): void {
    this.#ids.clear();
    this.#begin(null);
  }

  /** What is gone cannot be selected. */
  drop(ids: string[]): void {
    for (const id of ids) this.#ids.delete(id);
    this.#before = this.#before.filter((id) => !ids.includes(id));
  }

  #begin(anchor: string | null): void {
    this.anchor = anchor;
    this.#before = [...this.#ids];
  }
}
