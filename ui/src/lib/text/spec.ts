// The words of the editor of provider files; they come with it, when it is opened.

import { rooms } from '.';

type Spec = typeof import('./en/spec');

export let words: Spec['words'];
export let blank: Spec['blank'];

export async function loadSpec(): Promise<void> {
  ({ words, blank } = await rooms().spec());
}
