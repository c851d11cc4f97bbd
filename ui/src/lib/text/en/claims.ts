// What a token says of itself.

import type { Known } from '../../claims';

/** A word for each claim. */
const meanings: Record<Known, string> = {
  iss: 'issuer',
  sub: 'subject: whom it stands for',
  aud: 'audience: who may take it',
  azp: 'authorized party: the client',
  client_id: 'client it was given to',
  appid: 'client it was given to',
  cid: 'client it was given to',
  scope: 'what it allows',
  scp: 'what it allows',
  roles: 'roles it stands for',
  exp: 'expires',
  iat: 'issued',
  nbf: 'not valid before',
  auth_time: 'person signed in',
  acr: 'how strongly the person signed in',
  amr: 'how the person signed in',
  cnf: 'key it is bound to',
  jti: 'its own id',
  tid: 'tenant',
  ver: 'version',
  token_use: 'kind of token',
  name: 'full name',
  given_name: 'given name',
  family_name: 'family name',
  preferred_username: 'user name',
  email: 'e-mail address',
  groups: 'groups of the person',
  updated_at: 'profile changed',
  alg: 'signature algorithm',
  kid: 'id of the signing key',
  typ: 'kind of token',
  x5t: 'fingerprint of the signing certificate',
};

export const words = {
  meanings,
  unverified:
    'Read from the token as it stands there, not verified: it is written for the provider’s API, and a client should not depend on it.',
  opaque:
    'This token is opaque: it is no JWT, and what it stands for is known to the provider alone. Nothing is missing.',
  idToken: 'The ID token was verified at the sign-in, and was not kept.',
  header: 'Header',
  claims: 'Claims',
  loading: 'Reading the token…',
  ahead: (time: string, span: string) => `${time}, in ${span}`,
  past: (time: string, ago: string) => `${time}, ${ago}`,
  hidden: 'hidden',
  show: 'Show',
  showOf: (name: string) => `Show ${name}`,
  less: 'Less',
  lessOf: (name: string) => `Less of ${name}`,
};
