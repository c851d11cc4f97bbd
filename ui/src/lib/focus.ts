// Moves the keyboard focus to one of the page's places, after the page has been brought up to date.

import { tick } from 'svelte';

async function focus(selector: string): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>(selector)?.focus();
}

export const focusRow = (): Promise<void> => focus('.table [role=row][tabindex="0"]');
export const focusPanel = (): Promise<void> => focus('#panel-title');
export const focusFilter = (): Promise<void> => focus('#filter');
export const focusSearch = (): Promise<void> => focus('#provider-search');
export const focusHeading = (): Promise<void> => focus('main h1');
/** The first field that is not right. */
export const focusMistake = (): Promise<void> => focus('main [aria-invalid]');
export const focusPassphrase = (): Promise<void> => focus('#passphrase');
