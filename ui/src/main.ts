import { mount, tick } from 'svelte';

import Spoken from './Spoken.svelte';
import { app } from './lib/state';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');

// The window is hidden until this: it appears painted, with its connections if they come at once. A timer, because
// animation frames never fire in a hidden window.
let shown = false;
const show = (): void => {
  if (!shown) setTimeout(() => void app.ipc.painted());
  shown = true;
};
setTimeout(show, 300);

/** Nothing can be shown without words. */
async function open(target: HTMLElement): Promise<void> {
  await app.speak();
  mount(Spoken, { target });
  app.clock.start();
  await app.start();
  await tick();
  show();
}
void open(target);
