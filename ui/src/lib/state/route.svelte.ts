import type { Unfinished } from '../ipc/bindings';
import type { DraftForm } from './draft.svelte';
import type { SpecForm } from './spec.svelte';

export type View = 'console' | 'activity' | 'add' | 'edit' | 'provider' | 'settings' | 'sharing';

export type Question = { kind: 'disconnect' | 'forget'; ids: string[] };

/** Where the person is: a view, an open connection, an open question. */
export class Route {
  view = $state<View>('console');
  /** The connection in the side panel. */
  open = $state<string | null>(null);
  question = $state<Question | null>(null);
  /** The window was to close: whose new tokens would be lost, by what. */
  unfinished = $state.raw<Unfinished[]>([]);
  keys = $state(false);
  palette = $state(false);
  /** The connection being added, once its provider is chosen. */
  adding = $state.raw<DraftForm | null>(null);
  /** The connection whose settings are being edited, while the view is `edit`. */
  editing = $state.raw<DraftForm | null>(null);
  /** The provider file being written, which outlives its view: something else may come to the front. */
  spec = $state.raw<SpecForm | null>(null);
  /** Where the person wants to go, while they are asked whether to leave what they wrote. */
  leaving = $state.raw<(() => void) | null>(null);

  show(view: View): void {
    this.view = view;
    if (view !== 'edit') this.editing = null;
  }

  reveal(id: string): void {
    this.view = 'console';
    this.adding = null;
    this.editing = null;
    this.open = id;
  }

  closePanel(): void {
    this.open = null;
  }
}
