// The words of the command palette; they come with it.

import { rooms } from '.';

export let words: typeof import('./en/palette').palette;

export async function loadPalette(): Promise<void> {
  ({ palette: words } = await rooms().palette());
}
