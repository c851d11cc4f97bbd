// What is known of a token's claims: RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2 and §5.1, RFC 7515 §4.1.

const impersonal = [
  'iss',
  'aud',
  'azp',
  'client_id',
  'appid',
  'cid',
  'scope',
  'scp',
  'exp',
  'iat',
  'nbf',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'jti',
  'tid',
  'ver',
  'token_use',
  'updated_at',
  'alg',
  'kid',
  'typ',
  'x5t',
] as const;
type Personal = 'sub' | 'roles' | 'name' | 'given_name' | 'family_name' | 'preferred_username' | 'email' | 'groups';

export type Known = (typeof impersonal)[number] | Personal;

/** In the order they are shown. */
const ORDER: readonly string[] = [
  'iss',
  'sub',
  'aud',
  'azp',
  'client_id',
  'appid',
  'cid',
  'scope',
  'scp',
  'roles',
  'exp',
  'iat',
  'nbf',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'jti',
  'tid',
  'ver',
  'token_use',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'email',
  'groups',
  'updated_at',
  'alg',
  'kid',
  'typ',
  'x5t',
];

export const isKnown = (name: string): name is Known => ORDER.includes(name);

/** Whether it may say something of a person, as whatever is not known may. */
export const isPersonal = (name: string): boolean => !impersonal.some((known) => known === name);

/** Known ones first; the server's own after them, by name. */
export function inOrder<T extends { name: string }>(all: T[]): T[] {
  const place = ({ name }: T): number => (isKnown(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...all].sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}
