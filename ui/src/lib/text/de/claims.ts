// Was ein Token von sich sagt.

import type { words as en } from '../en/claims';

const meanings: typeof en.meanings = {
  iss: 'Aussteller',
  sub: 'Subjekt: für wen es steht',
  aud: 'Publikum: wer es annehmen darf',
  azp: 'berechtigte Partei: der Client',
  client_id: 'Client, der es bekam',
  appid: 'Client, der es bekam',
  cid: 'Client, der es bekam',
  scope: 'was es erlaubt',
  scp: 'was es erlaubt',
  roles: 'Rollen, für die es steht',
  exp: 'läuft ab',
  iat: 'ausgestellt',
  nbf: 'nicht gültig vor',
  auth_time: 'Anmeldung der Person',
  acr: 'wie stark die Person sich anmeldete',
  amr: 'wie die Person sich anmeldete',
  cnf: 'Schlüssel, an den es gebunden ist',
  jti: 'seine eigene ID',
  tid: 'Mandant',
  ver: 'Version',
  token_use: 'Art des Tokens',
  name: 'voller Name',
  given_name: 'Vorname',
  family_name: 'Nachname',
  preferred_username: 'Benutzername',
  email: 'E-Mail-Adresse',
  groups: 'Gruppen der Person',
  updated_at: 'Profil geändert',
  alg: 'Verfahren der Signatur',
  kid: 'ID des Signaturschlüssels',
  typ: 'Art des Tokens',
  x5t: 'Fingerabdruck des Signaturzertifikats',
};

export const words: typeof en = {
  meanings,
  unverified:
    'Aus dem Token gelesen, wie es da steht, nicht geprüft: Es ist für die API des Anbieters geschrieben, und ein Client soll sich nicht darauf verlassen.',
  opaque:
    'Dieses Token ist undurchsichtig: Es ist kein JWT, und wofür es steht, weiß nur der Anbieter. Es fehlt nichts.',
  idToken: 'Das ID-Token wurde bei der Anmeldung geprüft und nicht behalten.',
  header: 'Kopf',
  claims: 'Claims',
  loading: 'Das Token wird gelesen…',
  ahead: (time, span) => `${time}, in ${span}`,
  past: (time, ago) => `${time}, ${ago}`,
  hidden: 'verborgen',
  show: 'Zeigen',
  showOf: (name) => `${name} zeigen`,
  less: 'Weniger',
  lessOf: (name) => `Weniger von ${name}`,
};
