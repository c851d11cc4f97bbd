/** The page's one timer: ticks on the second while the page is visible. Countdowns read `now`; nothing is decided. */
export class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<(now: number) => void>();

  start(): void {
    document.addEventListener('visibilitychange', this.#resume);
    this.#resume();
  }

  /** Called with every tick. */
  onTick(listener: (now: number) => void): void {
    this.#listeners.add(listener);
  }

  /** Something has just happened: what is left is counted from this moment, not from the last tick. */
  catchUp(): void {
    this.now = Date.now();
  }

  #resume = (): void => {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#tick();
  };

  #tick = (): void => {
    this.now = Date.now();
    for (const listener of this.#listeners) listener(this.now);
    this.#timer = setTimeout(this.#tick, 1000 - (Date.now() % 1000));
  };
}
