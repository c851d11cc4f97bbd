// Die Wörter des Editors für Anbieterdateien; sie kommen mit ihm, wenn er geöffnet wird.

import type * as en from '../en/spec';
import { count } from './count';

export const blank: typeof en.blank = `schema = 1
id = "my-provider"        # der Name der Datei
name = "Mein Anbieter"

[links]
# register = "https://…"  # wo ein Client registriert wird
# docs = "https://…"

[server]
authorization_endpoint = "https://…"
token_endpoint = "https://…"

[scopes]
default = []
`;

export const words: typeof en.words = {
  title: 'Eigener Anbieter',
  editTitle: (id: string) => `${id}.toml ändern`,
  back: 'Zurück',

  start: {
    intro: 'Ein Anbieter ist eine kleine Datei, die sagt, wie mit einem Server zu reden ist. Drei Wege führen zu ihr.',
    url: 'Aus einer URL',
    urlHint: 'Die Metadaten des Servers füllen die Datei: eines Issuers, OpenID-Servers oder MCP-Servers.',
    urlLabel: 'URL des Servers',
    urlGo: 'Metadaten lesen',
    urlBusy: 'Der Server wird gefragt…',
    urlMissing: 'Zuerst die URL angeben; sie beginnt mit https://.',
    import: 'Aus dem Dokument eines anderen Programms',
    importHint: 'YAML oder JSON mit den Endpunkten eines Servers oder seinen Metadaten. Geheimnisse bleiben draußen.',
    document: 'Dokument',
    choose: 'Oder eine Datei',
    id: 'ID',
    idHint: 'Benennt den neuen Anbieter oder einen von mehreren im Dokument.',
    optional: 'optional',
    importGo: 'Importieren',
    importMissing: 'Das Dokument einfügen oder eine Datei wählen.',
    pasted: 'ein eingefügtes Dokument',
    nothing: 'Von vorn',
    nothingHint: 'Das Wenigste, was eine Datei braucht, zum Ausfüllen.',
    nothingGo: 'Leer beginnen',
  },

  text: 'Anbieterdatei (TOML)',
  savesAs: (id: string) => `Wird als ${id}.toml gespeichert, im Anbieter-Ordner des Profils.`,
  renamed: (id: string, old: string) =>
    `Die ID ist eine andere: Gespeichert wird als ${id}.toml, und ${old}.toml bleibt, wie sie ist.`,
  taken: (id: string) => `Eine Datei ${id}.toml gibt es schon. Eine andere ID angeben oder jene ändern.`,
  noId: 'Noch ohne ID; eine Datei wird unter ihrer ID gespeichert.',

  findings: 'Fehler',
  looking: 'Wird gelesen…',
  none: 'Keine Fehler.',
  count: (n: number) => count(n, 'Fehler', 'Fehler'),
  line: (n: number) => `Zeile ${n}`,
  whole: 'Die Datei',
  inFile: (file: string) => `In ${file}`,
  write: (instead: string) => `Richtig: ${instead}`,
  mind: 'Zu beachten',
  leftOut: (n: number) => `Aus dem Dokument weggelassen: ${n}`,
  leftOutItem: (path: string, why: string) => `${path}: ${why}`,

  check: 'Prüfen',
  checks: 'Probelauf',
  checksHint: 'Prüfen fragt, ob der Server da ist und was er anbietet. Keine ID und kein Secret wird gesendet.',
  checking: 'Wird geprüft…',
  checkNeedsMending: 'Eine Datei mit Fehlern lässt sich nicht ausprobieren.',
  checked: (failed: number, warned: number) =>
    failed > 0
      ? `${count(failed, 'Prüfung', 'Prüfungen')} gescheitert.`
      : warned > 0
        ? `Eine Anmeldung kann gelingen; ${count(warned, 'Prüfung ist', 'Prüfungen sind')} eingeschränkt.`
        : 'Eine Anmeldung kann gelingen.',
  needed: 'zum Ausprobieren nötig',

  save: 'Speichern',
  saving: 'Wird gespeichert…',
  saveRefused: (n: number) => `Nicht gespeichert: ${count(n, 'Fehler', 'Fehler')}.`,

  leaveTitle: 'Ohne Speichern verlassen?',
  leaveText: 'Was hier geschrieben wurde, ist nicht gespeichert und wäre verloren.',
  stay: 'Bleiben',
  discard: 'Verlassen',
};
