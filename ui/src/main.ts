import { mount, tick } from 'svelte';

import App from './App.svelte';
import { app } from './lib/state';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');
mount(App, { target });
app.clock.start();

// The window is hidden until this: it appears painted, with its connections if they come at once. A timer, because
// animation frames never fire in a hidden window.
let shown = false;
const show = (): void => {
  if (!shown) setTimeout(() => void app.ipc.painted());
  shown = true;
};
setTimeout(show, 300);
void app.start().then(tick).then(show);
