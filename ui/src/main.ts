import { mount, tick } from 'svelte';

import Spoken from './Spoken.svelte';
import { app } from './lib/state';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');

// With its connections if they come at once.
setTimeout(() => app.picture.show(), 300);

/** A profile that takes longer to open is said to. */
const SOON = 150;

/** Nothing can be shown without words. What is drawn at first has the connections, if they come soon: drawing it twice
 * takes twice as long. */
async function open(target: HTMLElement): Promise<void> {
  const [spoken, started] = [app.speak(), app.start()];
  await spoken;
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, SOON))]);
  mount(Spoken, { target });
  app.clock.start();
  await started;
  await tick();
  app.picture.show();
}
void open(target);
