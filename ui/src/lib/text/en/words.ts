// What things are called: statuses, kinds, channels, steps.

import type {
  Action,
  ActivityKind,
  Channel,
  CheckOutcome,
  ClientAuthentication,
  GrantType,
  ProviderLink,
  RedirectMethod,
  StatusKind,
  VaultState,
} from '../../ipc/bindings';

const status: Record<StatusKind, string> = {
  not_connected: 'Not connected',
  waiting_for_browser: 'Waiting for browser',
  connected: 'Connected',
  expires_soon: 'Expires soon',
  refreshing: 'Refreshing',
  expired: 'Expired',
  offline: 'Offline',
  retrying: 'Retrying',
  action_needed: 'Action needed',
  provider_error: 'Provider error',
  keychain_locked: 'Keychain locked',
  unsaved: 'Unsaved',
};

const activity: Record<ActivityKind, string> = {
  added: 'Added',
  authorization_started: 'Sign-in started',
  connected: 'Connected',
  authorization_failed: 'Sign-in failed',
  authorization_cancelled: 'Sign-in cancelled',
  callback_refused: 'Redirect refused',
  refreshed: 'Refreshed',
  refresh_failed: 'Refresh failed',
  token_released: 'Token handed out',
  revoked: 'Revoked at the provider',
  revocation_unsupported: 'Provider cannot revoke',
  revocation_failed: 'Revocation failed',
  revocation_given_up: 'Revocation given up',
  revocation_unknown: 'Revocation unconfirmed',
  disconnected: 'Disconnected',
  forgotten: 'Forgotten',
  edited: 'Edited',
  introspected: 'Introspected',
  exported: 'Exported',
  imported: 'Imported',
  backed_up: 'Backed up',
  restored: 'Restored',
  from_newer: 'Noted by a newer Tokenrack',
};

const channel: Record<Channel, string> = {
  app: 'app',
  command: 'command line',
  deep_link: 'link',
  loopback: 'loopback',
  paste: 'pasted',
  engine: 'engine',
  from_newer: 'another way',
};

const action: Record<Action, string> = {
  connect: 'Connect',
  refresh: 'Refresh',
  copy_token: 'Copy token',
  retry: 'Retry',
  copy_link: 'Copy link',
  unlock: 'Unlock',
  edit_connection: 'Fix settings',
};

const redirect: Record<RedirectMethod, string> = {
  deep_link: 'Link to this app',
  loopback: 'Loopback address',
  paste: 'Paste by hand',
};

const authentication: Record<ClientAuthentication, string> = {
  none: 'None (public client)',
  client_secret_basic: 'Secret in the header (Basic)',
  client_secret_post: 'Secret in the body (Post)',
  private_key_jwt: 'Signed with a private key',
};

const link: Record<ProviderLink, string> = {
  register: 'Open the provider’s app page',
  docs: 'Provider’s documentation',
  user_revoke: 'End the access at the provider',
};

const vaultState: Record<VaultState, string> = {
  ready: 'unlocked',
  locked: 'locked',
  new: 'not set up',
  absent: 'not found',
  denied: 'access denied',
  unresponsive: 'not answering',
};

const outcome: Record<CheckOutcome, string> = { ok: 'Well', warning: 'With a limit', failed: 'Not usable' };

const categories: Record<string, string> = {
  'crm-support': 'CRM and support',
  'dev-tools': 'Developer tools',
  'e-sign-hr': 'Signatures and HR',
  'health-fitness': 'Health and fitness',
  'project-management': 'Project management',
  'scheduling-forms': 'Scheduling and forms',
  'time-tracking': 'Time tracking',
  'web-publishing': 'Web publishing',
};

/** A category's name: our words, or those of the person's own file. */
function category(id: string): string {
  const words = categories[id] ?? id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const way: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'With the browser',
  device_code: 'With a code',
  client_credentials: 'As the client itself',
  refresh_token: 'With a refresh token',
};

const wayHint: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'You sign in on the provider’s page, and the browser brings you back here.',
  device_code: 'You enter a short code on the provider’s page, on any device. Nothing has to come back here.',
  client_credentials: 'Nobody signs in: the client acts for itself, with its own secret or key.',
  refresh_token: 'You paste one that this client was given elsewhere. It is used at once.',
};

/** What stands on a key. */
const keyNames: Record<string, string> = {
  Ctrl: 'Ctrl',
  Shift: 'Shift',
  Space: 'Space',
  Enter: 'Enter',
  Delete: 'Delete',
  Home: 'Home',
  End: 'End',
};

export const words = {
  app: 'Tokenrack',
  status,
  activity,
  channel,
  redirect,
  authentication,
  category,
  keyNames,
  categoryCount: (id: string, n: number) => `${category(id)} (${n})`,
  way,
  wayHint,
  link,
  vaultState,
  outcome,
  /** The word on the button of a connection's next step; it depends on what the step would mend. */
  step(next: Action, kind: StatusKind): string {
    if (next === 'connect' && kind !== 'not_connected') return 'Reconnect';
    if (next === 'retry' && kind === 'retrying') return 'Retry now';
    if (next === 'retry' && kind === 'unsaved') return 'Save again';
    if (next === 'copy_token') return 'Copy';
    return action[next];
  },
  action,
};
