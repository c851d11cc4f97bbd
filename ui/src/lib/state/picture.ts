import type { Ipc } from '$lib/ipc/contract';

/** From showing the window to its picture on the screen, in milliseconds. */
const PAINTING = 100;

/** The first picture of the page. The window is hidden until it is there: it appears painted. */
export class Picture {
  /** It is on the screen: what it did without may be loaded. */
  readonly seen: Promise<void>;
  /** The window is to be shown, or is. */
  isShown = false;
  #see!: () => void;

  constructor(readonly ipc: Ipc) {
    this.seen = new Promise((resolve) => (this.#see = resolve));
  }

  /** A timer, because animation frames never fire in a hidden window. */
  show(): void {
    if (this.isShown) return;
    this.isShown = true;
    // What comes after it comes also where the window could not be told.
    const seen = (): unknown => setTimeout(this.#see, PAINTING);
    setTimeout(() => void this.ipc.painted().then(seen, seen));
  }
}
