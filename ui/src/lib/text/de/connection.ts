// Eine Verbindung: ihr Bereich, ihr Warten, ihr Scheitern, ihr Ende.

import type { connection as en } from '../en/connection';

const kilobytes = new Intl.NumberFormat('de', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const quoted = (names: string[]): string => new Intl.ListFormat('de').format(names.map((name) => `„${name}“`));

export const connection: typeof en = {
  request: {
    open: 'Testanfrage',
    url: 'Adresse',
    hint: 'Gefragt wird mit GET und dem Token dieser Verbindung. Das Token ist hier nicht zu sehen.',
    send: 'Senden',
    empty: 'Eine Adresse der API des Anbieters angeben.',
    summary: (status: number, reason: string, ms: number, size: string) =>
      `${status}${reason && ` ${reason}`}, ${ms} ms, ${size}`,
    size: (bytes: number) => (bytes < 1000 ? `${bytes} Byte` : `${kilobytes.format(bytes / 1000)} kB`),
    body: 'Antwort',
    binary: 'Die Antwort ist kein Text.',
    none: 'Die Antwort hat keinen Inhalt.',
    truncated: 'Es gibt noch mehr; der Befehl `tokenrack request` zeigt alles.',
  },
  panel: {
    label: (name: string) => `Verbindung ${name}`,
    close: 'Schließen',
    evidence: 'Beleg',
    held: (age: string) => (age === 'jetzt' ? 'gerade eben' : `seit ${age}`),
    more: 'Mehr',
    copyToken: 'Token kopieren',
    content: 'Was das Token sagt',
    copyAs: 'Kopieren als…',
    bound:
      'Das Token ist an einen Schlüssel im Tresor gebunden (DPoP). Anderswo nützt es nichts, darum wird es nicht kopiert; die Testanfrage schickt es mit seinem Nachweis.',
    refresh: 'Erneuern',
    reconnect: 'Neu verbinden',
    connect: 'Verbinden',
    disconnect: 'Trennen…',
    forget: 'Entfernen…',
    edit: 'Ändern',
    untilClock: (time: string) => `Gültig bis ${time}.`,
    left: (left: string) => `noch ${left}`,
    scopes: 'Scopes',
    granted: 'gewährt',
    notGranted: 'nicht gewährt',
    extra: 'zusätzlich gewährt',
    asked: 'erbeten',
    ask: 'Anfragen',
    askOf: (scope: string) => `${scope} anfragen`,
    askHint: 'Anfragen ist eine neue Anmeldung; diese Token bleiben, bis sie neue gebracht hat.',
    moreScopes: (n: number) => (n === 1 ? '1 weiterer Scope dieses Anbieters' : `${n} weitere Scopes dieses Anbieters`),
    noScopes: 'Der übliche Zugriff des Anbieters; es werden keine Scopes erbeten.',
    details: 'Einzelheiten',
    provider: 'Anbieter',
    account: 'Konto',
    also: 'Auch verbunden als',
    environment: 'Umgebung',
    clientId: 'Client-ID',
    authentication: 'Client-Authentifizierung',
    redirect: 'Rückweg',
    redirectUri: 'Redirect-URI',
    unknown: 'noch unbekannt',
    grant: 'Weg zu Token',
    choose: 'Auswählen',
    choiceHint: 'Anfragen gehen von jetzt an dorthin.',
    cautions: 'Gut zu wissen',
    activity: 'Protokoll',
    noActivity: 'Noch ist nichts geschehen.',
    allActivity: 'Mehr anzeigen',
  },
  waiting: {
    title: 'Anmeldung im Browser abschließen',
    blocked: 'Der Browser ließ sich nicht öffnen',
    blockedHint: (host: string) => `Link kopieren, selbst in einem Browser öffnen und bei ${host} anmelden.`,
    awaited: (host: string) => `Bei ${host} anmelden. Tokenrack wartet, bis der Browser zurückkommt.`,
    elsewhere: (host: string) =>
      `Ein anderer Tokenrack-Prozess hat ${host} geöffnet und wartet, bis der Browser zurückkommt.`,
    exchanging: 'Der Browser ist zurück. Die Token werden geholt…',
    entered: 'Der Code wurde eingegeben. Die Token werden geholt…',
    code: (host: string) => `Diesen Code bei ${host} eingeben`,
    codeHint: 'Auf diesem oder einem anderen Gerät. Nur eingeben, wenn er gerade eben hier angefordert wurde.',
    copyCode: 'Code kopieren',
    codeCopied: 'Code kopiert',
    page: 'Seite für den Code',
    openPage: 'Seite öffnen',
    left: 'für die Anmeldung',
    cancel: 'Abbrechen',
    reopen: 'Erneut öffnen',
    copyLink: 'Link kopieren',
    copied: 'Link kopiert',
    trouble: 'Der Browser kommt nicht zurück?',
    asked: 'Hat der Browser gefragt, ob er Tokenrack öffnen darf? Erlauben. Ist die Frage weg, hilft „Erneut öffnen“.',
    never:
      'Wo Links auf diesem Desktop nie ankommen: Verbindung bearbeiten, sie kann zu einer Loopback-Adresse zurückkommen.',
    refused: 'Zeigt der Browser einen Fehler? Dann ist dort wohl eine andere Client-ID oder Redirect-URI eingetragen.',
    edit: 'Abbrechen und bearbeiten',
    fromBar:
      'Endet er auf einer Seite, die sich nicht zeigen lässt, die ganze Adresse aus der Adresszeile hier einfügen.',
    fromPage: 'Ist irgendwo eine Adresse zu sehen, die so beginnt wie die unten, sie ganz kopieren und hier einfügen.',
    comesBackTo: 'Er kommt zurück zu',
    paste: 'Redirect-URL',
    pasteButton: 'Abschließen',
    pasteEmpty: 'Zuerst die Adresse einfügen.',
  },
  problem: {
    provider: 'Die Gegenseite sagt',
    why: 'Warum',
    code: 'Code',
    http: 'HTTP-Status',
    details: 'Einzelheiten',
    learn: 'Was das bedeutet',
    report: 'Bericht kopieren',
    reportCopied: 'Bericht kopiert',
    dismiss: 'Schließen',
    retry: 'Wiederholen',
    unknownCode: 'internal',
    unknown: 'Tokenrack hat einen Fehler gemacht',
    unknownHint: 'Bitte mit den Angaben unten melden.',
  },
  confirm: {
    cancel: 'Abbrechen',
    disconnectTitle: (name: string) => `„${name}“ trennen?`,
    disconnect: 'Trennen',
    disconnectText: (provider: string) =>
      `Tokenrack bittet ${provider}, diesen Zugriff zu beenden, und löscht die Token von diesem Rechner. Die Verbindung bleibt in der Liste; um sie wieder zu verbinden, ist eine Anmeldung nötig. Das lässt sich nicht rückgängig machen.`,
    along: (names: string[]) =>
      names.length === 1
        ? `„${names[0]}“ ist mit demselben Konto und Client angemeldet: Manche Anbieter beenden beides.`
        : `${quoted(names)} sind mit demselben Konto und Client angemeldet: Manche Anbieter beenden alle.`,
    forgetTitle: (name: string) => `„${name}“ entfernen?`,
    forget: 'Entfernen',
    forgetText: (provider: string) =>
      `Tokenrack bittet ${provider}, diesen Zugriff zu beenden, löscht die Token und entfernt die Verbindung mit Client-ID und Secret. Das lässt sich nicht rückgängig machen.`,
  },
  unfinished: {
    title: {
      saving: (names: string[]) =>
        names.length === 1
          ? `Die neuen Token von „${names[0]}“ sind nicht gesichert`
          : `Neue Token von ${names.length} Verbindungen sind nicht gesichert`,
      refresh: (names: string[]) =>
        names.length === 1 ? `„${names[0]}“ wird noch erneuert` : `${names.length} Verbindungen werden noch erneuert`,
      sign_in: (names: string[]) =>
        names.length === 1 ? `Die Anmeldung von „${names[0]}“ läuft noch` : `${names.length} Anmeldungen laufen noch`,
    },
    several: 'Tokenrack ist noch nicht fertig',
    what: {
      saving:
        'Der Schlüsselbund nahm sie nicht an; sie sind nur im Speicher von Tokenrack. Wird es jetzt geschlossen, sind sie verloren, und eine neue Anmeldung ist nötig. Zuerst den Schlüsselbund entsperren, dann erneut sichern.',
      refresh:
        'Der Anbieter ist um neue Token gebeten. Wird Tokenrack jetzt geschlossen, kann seine Antwort verloren gehen und eine neue Anmeldung nötig sein.',
      sign_in:
        'Die Token werden gerade vom Anbieter geholt. Wird Tokenrack jetzt geschlossen, sind sie verloren, und eine neue Anmeldung ist nötig.',
    },
    save: 'Sichern und schließen',
    wait: 'Abwarten und schließen',
    stay: 'Offen lassen',
    lose: 'Schließen und verlieren',
    cut: 'Trotzdem schließen',
  },
  otherAccount: (account: string, before: string) =>
    `Angemeldet als ${account}; vorher war es ${before}. Die Token von vorher wurden hier ersetzt und nicht widerrufen.`,
  refreshed: (until: string | null) =>
    until ? `Erneuert: gültig bis ${until}.` : 'Erneuert; ein Ende ist nicht bekannt.',
  revocationPage: 'Beim Anbieter beenden',
  revocation: {
    revoked: (provider: string) => `${provider} hat den Zugriff beendet; die Token sind hier gelöscht.`,
    unsupported: (provider: string) =>
      `Die Token sind hier gelöscht. ${provider} lässt den Zugriff nicht von außen beenden; auf der Seite des Anbieters ist es möglich.`,
    failed: (provider: string) =>
      `Die Token sind hier gelöscht, aber ${provider} hat den Zugriff nicht beendet. Dort können sie bis zu ihrem Ablauf weiterleben.`,
    unknown: (provider: string) =>
      `Die Token sind hier gelöscht. ${provider} wurde gebeten, den Zugriff zu beenden, aber die Antwort oder neuere Token davor sind vielleicht verloren. Dort kann etwas bis zu seinem Ablauf weiterleben.`,
    again: (provider: string) =>
      `Hier kann niemand mehr die Token verwenden, aber ${provider} war nicht zu erreichen, um den Zugriff zu beenden. Tokenrack versucht es drei Tage lang weiter.`,
    nothing: (provider: string) => `Die Token sind hier gelöscht. Bei ${provider} war nichts zu beenden.`,
  },
  plainReport: (version, p) =>
    [`Tokenrack ${version}`, `${p.code}: ${p.message}`, p.cause ?? '', p.http_status ? `HTTP ${p.http_status}` : '']
      .filter((line) => line !== '')
      .join('\n'),
};
