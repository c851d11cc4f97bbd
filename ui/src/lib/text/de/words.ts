// Wie die Dinge heißen: Status, Arten, Wege, Schritte.

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
import type { words as en } from '../en/words';

const status: Record<StatusKind, string> = {
  not_connected: 'Nicht verbunden',
  waiting_for_browser: 'Wartet auf Browser',
  connected: 'Verbunden',
  expires_soon: 'Läuft bald ab',
  refreshing: 'Wird erneuert',
  expired: 'Abgelaufen',
  offline: 'Offline',
  retrying: 'Neuer Versuch',
  action_needed: 'Anmeldung nötig',
  provider_error: 'Anbieterfehler',
  keychain_locked: 'Tresor gesperrt',
  unsaved: 'Ungesichert',
};

const activity: Record<ActivityKind, string> = {
  added: 'Hinzugefügt',
  authorization_started: 'Anmeldung begonnen',
  connected: 'Verbunden',
  authorization_failed: 'Nicht angemeldet',
  authorization_cancelled: 'Anmeldung abgebrochen',
  callback_refused: 'Redirect abgewiesen',
  refreshed: 'Erneuert',
  refresh_failed: 'Nicht erneuert',
  token_released: 'Token herausgegeben',
  revoked: 'Beim Anbieter widerrufen',
  revocation_unsupported: 'Anbieter kennt keinen Widerruf',
  revocation_failed: 'Widerruf gescheitert',
  revocation_given_up: 'Widerruf aufgegeben',
  revocation_unknown: 'Widerruf unbestätigt',
  disconnected: 'Getrennt',
  forgotten: 'Entfernt',
  edited: 'Geändert',
  exported: 'Exportiert',
  imported: 'Importiert',
  backed_up: 'Gesichert',
  restored: 'Wiederhergestellt',
  from_newer: 'Von einem neueren Tokenrack vermerkt',
  introspected: 'Beim Anbieter nachgefragt',
};

const channel: Record<Channel, string> = {
  app: 'Fenster',
  command: 'Befehlszeile',
  deep_link: 'Link',
  loopback: 'Loopback',
  paste: 'eingefügt',
  engine: 'von selbst',
  from_newer: 'auf anderem Weg',
};

const action: Record<Action, string> = {
  connect: 'Verbinden',
  refresh: 'Erneuern',
  copy_token: 'Token kopieren',
  retry: 'Wiederholen',
  copy_link: 'Link kopieren',
  unlock: 'Entsperren',
  edit_connection: 'Berichtigen',
};

const redirect: Record<RedirectMethod, string> = {
  deep_link: 'Link zu diesem Programm',
  loopback: 'Loopback-Adresse',
  paste: 'Von Hand einfügen',
};

const authentication: Record<ClientAuthentication, string> = {
  none: 'Keine (öffentlicher Client)',
  client_secret_basic: 'Secret im Header (Basic)',
  client_secret_post: 'Secret im Body (Post)',
  private_key_jwt: 'Mit privatem Schlüssel signiert',
};

const link: Record<ProviderLink, string> = {
  register: 'App-Seite des Anbieters öffnen',
  docs: 'Dokumentation des Anbieters',
  user_revoke: 'Zugriff beim Anbieter beenden',
};

const vaultState: Record<VaultState, string> = {
  ready: 'entsperrt',
  locked: 'gesperrt',
  new: 'nicht eingerichtet',
  absent: 'nicht gefunden',
  denied: 'Zugriff verweigert',
  unresponsive: 'antwortet nicht',
};

const outcome: Record<CheckOutcome, string> = { ok: 'In Ordnung', warning: 'Eingeschränkt', failed: 'Nicht nutzbar' };

const categories: Record<string, string> = {
  commerce: 'Handel',
  communication: 'Kommunikation',
  'crm-support': 'CRM und Support',
  'dev-tools': 'Entwicklung',
  discovered: 'Entdeckt',
  'e-sign-hr': 'Signaturen und Personal',
  finance: 'Finanzen',
  gaming: 'Spiele',
  'health-fitness': 'Gesundheit und Fitness',
  identity: 'Identität',
  knowledge: 'Wissen',
  mail: 'E-Mail',
  media: 'Medien',
  other: 'Andere',
  'project-management': 'Projektmanagement',
  research: 'Forschung',
  'scheduling-forms': 'Termine und Formulare',
  social: 'Soziale Netze',
  storage: 'Speicher',
  tasks: 'Aufgaben',
  'time-tracking': 'Zeiterfassung',
  'web-publishing': 'Webauftritte',
};

/** Der Name einer Kategorie: unser Wort oder das der eigenen Datei. */
function category(id: string): string {
  const words = categories[id] ?? id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const way: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'Mit dem Browser',
  device_code: 'Mit einem Code',
  client_credentials: 'Als Client selbst',
  refresh_token: 'Mit einem Refresh-Token',
};

const wayHint: Record<GrantType | 'refresh_token', string> = {
  authorization_code: 'Die Anmeldung geschieht auf der Seite des Anbieters; der Browser führt hierher zurück.',
  device_code:
    'Ein kurzer Code wird auf der Seite des Anbieters eingegeben, auf einem beliebigen Gerät. Nichts muss hierher zurückkommen.',
  client_credentials: 'Niemand meldet sich an: Der Client handelt für sich selbst, mit eigenem Secret oder Schlüssel.',
  refresh_token: 'Eines, das dieser Client anderswo bekommen hat, wird eingefügt. Es wird sofort verwendet.',
};

/** Was auf einer Taste steht. */
const keyNames: Record<string, string> = {
  Ctrl: 'Strg',
  Shift: 'Umschalt',
  Space: 'Leer',
  Enter: 'Eingabe',
  Delete: 'Entf',
  Home: 'Pos1',
  End: 'Ende',
};

export const words: typeof en = {
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
  step(next: Action, kind: StatusKind): string {
    if (next === 'connect' && kind !== 'not_connected') return 'Anmelden';
    if (next === 'retry' && kind === 'retrying') return 'Versuchen';
    if (next === 'retry' && kind === 'unsaved') return 'Sichern';
    if (next === 'copy_token') return 'Kopieren';
    return action[next];
  },
  action,
};
