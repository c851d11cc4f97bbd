// What a request must be, and how one that is not is told.

/** The client that is registered with every provider. The secret is one that careless encoding breaks. */
export const CLIENT = 'quirks.client';
export const SECRET = 'shh+100%/only for tests=';
export const REDIRECT_URI = 'dev.tokenrack.desktop:/oauth/callback/quirks';

export const basic = (id, password) => `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;

/** RFC 6749 §2.3.1: id and secret are form-encoded first. */
export const encodedBasic = () => basic(CLIENT, new URLSearchParams({ '': SECRET }).toString().slice(1));

/** Any value, but one. */
export const some = value => typeof value === 'string' && value !== '';
/** Any value or none. */
export const maybe = () => true;
/** A GraphQL query for this. */
export const about = word => query => typeof query === 'string' && query.includes(word);

/** Parameters of the RFCs as a provider wants them. */
export function shaped(standard, { rename = {}, omit = [], set = {} } = {}) {
  const kept = Object.entries(standard).filter(([name]) => !omit.includes(name));
  return { ...Object.fromEntries(kept.map(([name, value]) => [rename[name] ?? name, value])), ...set };
}

/** Why `found` is not what is wanted, name by name, or undefined. A wanted `undefined` must be absent. */
export function differs(wanted, found, where = '') {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const want = wanted[name];
    const fits = typeof want === 'function' ? want(found[name]) : want === found[name];
    if (!fits) return `${where}${name} is ${found[name]}${typeof want === 'function' ? '' : `, not ${want}`}`;
  }
  return undefined;
}

/** The RFC's answer without these fields. */
export function without(body, ...fields) {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name)));
}
