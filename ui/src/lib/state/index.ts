// The one App of the page.

import { ipc } from '$ipc';

import { App } from './app.svelte';

export const app = new App(ipc);
export { act, rowCommands, globalCommands, isPressed, targets } from './commands';
export type { GlobalCommand } from './commands';
