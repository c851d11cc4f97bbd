// Moves the keyboard focus to one of the page's places, after the page has been brought up to date.

import { tick } from 'svelte';

async function focus(selector: string): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>(selector)?.focus();
}

export const focusRow = (): Promise<void> => focus('.table [role=row][tabindex="0"]');

let wantsPanel = false;
/** The panel may still be on its way to the page: then it has the focus when it arrives. */
export async function focusPanel(): Promise<void> {
  wantsPanel = true;
  await tick();
  panelArrived();
}
export function panelArrived(): void {
  const title = document.querySelector<HTMLElement>('#panel-title');
  if (!wantsPanel || !title) return;
  wantsPanel = false;
  title.focus();
}

export const focusFilter = (): Promise<void> => focus('#filter');
export const focusSearch = (): Promise<void> => focus('#provider-search');
export const focusClient = (): Promise<void> => focus('#client-id');
export const focusHeading = (): Promise<void> => focus('main h1');
/** Where it was is gone: to the row that holds the tab stop, or the heading of another view. */
export async function focusLost(): Promise<void> {
  await tick();
  if (document.activeElement !== document.body) return;
  await focus(document.querySelector('.table') ? '.table [role=row][tabindex="0"]' : 'main h1');
}
/** The first field that is not right. */
export const focusMistake = (): Promise<void> => focus('main [aria-invalid]');
export const focusPassphrase = (): Promise<void> => focus('#passphrase');
