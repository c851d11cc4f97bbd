// The words of the picture of a connection's life; they come with it.

import { rooms } from '.';

export let words: typeof import('./en/life').words;

export async function loadLife(): Promise<void> {
  ({ words } = await rooms().life());
}
