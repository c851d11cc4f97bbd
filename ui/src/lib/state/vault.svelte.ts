import type { VaultStatus } from '$lib/ipc/bindings';

/** The vault as the core last told it. */
export class Vault {
  status = $state<VaultStatus | null>(null);

  readonly blocked = $derived(this.status !== null && this.status.state !== 'ready');
}
