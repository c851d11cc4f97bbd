const COARSE = 10_000;
/** Nearer than this, a countdown shows seconds (`span`). */
const NEAR = 3_600_000;

/** The page's one timer: ticks on the second while the page is visible. Countdowns read `now`; nothing is decided. */
export class Clock {
  now = $state(Date.now());
  /** The same, every ten seconds: for what is written in minutes or longer, and not asked for by each row each second. */
  coarse = $state(this.now);
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
    this.now = this.coarse = Date.now();
  }

  /** What a countdown to `instant` reads: to the second only where it shows seconds. */
  towards(instant: string): number {
    return Math.abs(Date.parse(instant) - this.coarse) > NEAR + COARSE ? this.coarse : this.now;
  }

  #resume = (): void => {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#tick();
  };

  #tick = (): void => {
    this.now = Date.now();
    if (Math.abs(this.now - this.coarse) >= COARSE) this.coarse = this.now;
    for (const listener of this.#listeners) listener(this.now);
    this.#timer = setTimeout(this.#tick, 1000 - (Date.now() % 1000));
  };
}
