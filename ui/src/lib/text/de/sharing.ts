// Die Wörter des Importierens und Exportierens; sie kommen mit der Ansicht, wenn sie geöffnet wird.

import type { Choice, Standing, Taken } from '../../ipc/bindings';
import type { words as en } from '../en/sharing';
import { count } from './count';

const standing: Record<Standing, string> = {
  new: 'Neu',
  same: 'Gleich',
  differs: 'Abweichend',
  name_taken: 'Name vergeben',
  unusable: 'Unbrauchbar',
};

/** Felder, wie sie in der Datei stehen, in den Worten der Person. */
const fields: Record<string, string> = {
  name: 'Name',
  provider: 'Anbieter',
  environment: 'Umgebung',
  client_id: 'Client-ID',
  authentication: 'Nachweis des Clients',
  grant_type: 'Weg zum Token',
  redirect: 'Rückweg',
  redirect_uri: 'Redirect-URI',
  scopes: 'Scopes',
  resources: 'Ressourcen',
  vars: 'Variablen',
  tokens: 'Token',
};

const choice: Record<Choice, string> = {
  add: 'Hinzufügen',
  skip: 'Lassen',
  replace: 'Hiesiges ersetzen',
  rename: 'Unter anderem Namen',
};

const taken: Record<Taken, string> = {
  added: 'Hinzugefügt',
  replaced: 'Ersetzt',
  skipped: 'Gelassen',
  failed: 'Misslungen',
};

export const words: typeof en = {
  title: 'Import und Export',
  back: 'Zurück',

  take: 'Aus einer Datei',
  takeHint:
    'Verbindungen, die jemand exportiert hat (.tokenrack.json), oder eine Sicherung (.tokenrack.age). Was darin ist, steht hier, bevor sich etwas ändert.',
  choose: 'Datei',
  sealed: (file) => `${file} ist verschlüsselt.`,
  passphrase: 'Passphrase',
  passphraseHint: 'Die, mit der die Sicherung gemacht wurde.',
  open: 'Sicherung öffnen',
  opening: 'Wird geöffnet…',
  other: 'Andere Datei wählen',
  empty: 'Die Passphrase eingeben.',
  wrong: 'Diese Passphrase öffnet die Sicherung nicht. Nichts wurde geändert.',

  give: 'Für andere exportieren',
  giveHint:
    'Die Einstellungen von Verbindungen, die jeder lesen darf: kein Token, kein Client-Secret, kein privater Schlüssel. Wer sie übernimmt, meldet sich mit dem eigenen Konto an.',
  which: 'Verbindungen',
  all: 'Alle',
  accounts: 'Sagen, wer verbunden ist',
  accountsHint: 'Die Datei nennt dann Personen.',
  export: (n) => `${count(n, 'Verbindung', 'Verbindungen')} exportieren`,
  nothing: 'Es gibt noch keine Verbindung.',
  exported: (path, n) => `${count(n, 'Verbindung', 'Verbindungen')} nach ${path} geschrieben.`,

  everything: 'Alles sichern',
  everythingHint:
    'Verbindungen mit Token und Geheimnissen, eigene Anbieter und die Einstellungen, in einer Datei, die nur die Passphrase öffnet. Niemand kann sie wiederherstellen.',
  again: 'Noch einmal dieselbe',
  least: 'Mindestens 12 Zeichen; ein paar zufällige Wörter sind gut.',
  differ: 'Die beiden sind nicht gleich.',
  backUp: 'Sichern',
  backingUp: 'Wird verschlüsselt…',
  leftOut: (name, why) => `Nicht darin: ${name}. ${why}`,

  made: (kind, when) =>
    kind === 'backup'
      ? `Eine Sicherung vom ${when}. Noch hat sich nichts geändert.`
      : `Exportiert am ${when}. Noch hat sich nichts geändert.`,
  sum: (things) => {
    const of = (wanted: Standing): number => things.filter((thing) => thing.standing === wanted).length;
    const parts = [
      `${of('new')} neu`,
      of('same') > 0 && `${of('same')} gleich`,
      of('differs') > 0 && `${of('differs')} abweichend`,
      of('name_taken') > 0 && `${of('name_taken')} mit vergebenem Namen`,
      of('unusable') > 0 && `${of('unusable')} unbrauchbar`,
    ];
    return parts.filter(Boolean).join(' · ');
  },
  nothingInIt: 'In dieser Datei ist nichts.',
  rotation:
    'Ein Token, das seit der Sicherung erneuert wurde, lehnt sein Anbieter ab; dort neu anmelden, sonst geht nichts verloren.',
  older: 'Auch Token zurückholen, die älter sind als die hiesigen',
  olderHint: 'Für ein Profil, dessen neuere Token nicht mehr gelten.',
  list: 'Was in der Datei ist',
  standing,
  differsIn: (names) => `Weicht ab in: ${names.map((name) => fields[name] ?? name).join(', ')}.`,
  hosts: (hosts) => `Fragt ${hosts.join(', ')}`,
  tokens: (when) => `Token vom ${when}.`,
  tokensOlder: (when) => `Token vom ${when}; die hiesigen sind neuer und bleiben.`,
  tokensBack: (when) => `Token vom ${when}; die hiesigen sind neuer und gingen verloren.`,
  needsSecret: 'Sein Client-Secret ist nicht in der Datei und wird danach von Hand hinzugefügt.',
  lacksSecret: 'Sein Client-Secret ist nicht in der Datei.',
  scripts: 'Bringt ein Skript mit',
  settings: 'Einstellungen der App',
  providerFile: (name) => `Anbieterdatei ${name}.toml`,
  decision: (name) => `Was aus ${name} wird`,
  choice,
  newName: 'Neuer Name',
  newNameOf: (name) => `Neuer Name für ${name}`,
  nameMissing: 'Einen Namen eingeben.',
  confirm: (n) => (n === 0 ? 'Nichts gewählt' : `${n} übernehmen`),
  taking: 'Wird übernommen…',
  cancel: 'Abbrechen',

  outcome: 'Was daraus geworden ist',
  outcomeSum: (all) => {
    const of = (wanted: Taken): number => all.filter((one) => one.outcome === wanted).length;
    const parts = [
      `${of('added')} hinzugefügt`,
      of('replaced') > 0 && `${of('replaced')} ersetzt`,
      of('skipped') > 0 && `${of('skipped')} gelassen`,
      of('failed') > 0 && `${of('failed')} misslungen`,
    ];
    return parts.filter(Boolean).join(' · ');
  },
  taken,
  kept: 'Die hiesigen Token sind neuer und blieben.',
  addSecret: 'Client-Secret hinzufügen',
  show: 'Zeigen',
  showOf: (name) => `${name} zeigen`,
  addSecretOf: (name) => `Client-Secret von ${name} hinzufügen`,
  why: (problem) => `${problem.message}${problem.cause === null ? '' : `: ${problem.cause}`}. ${problem.suggestion}`,
  done: 'Fertig',
};
