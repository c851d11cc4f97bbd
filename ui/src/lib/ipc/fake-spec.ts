// Provider files for the fake: enough of the lint to show every state of the editor.

import type { CheckView, FindingView, ImportView, SpecView } from './bindings';
import { word } from './fake-catalog';
import { pages, problems } from './fake-data';

export const least = (id: string, name: string): string =>
  [
    'schema = 1',
    `id = "${id}"`,
    `name = "${name}"`,
    '',
    '[server]',
    `authorization_endpoint = "https://${id}.example/authorize"`,
    `token_endpoint = "https://${id}.example/token"`,
    '',
  ].join('\n');

/** The person's own files, by id. */
export const own = new Map([['gitlab', least('gitlab', 'GitLab')]]);

/** What the core would say, for a few mistakes; each line is looked at by itself. */
const rules: [RegExp, string, string | null][] = [
  [/^token_endpont/, 'server.token_endpont: unknown key', 'token_endpoint'],
  [/^(authorization|token)_endpoint = "https:\/\/…"/, 'server: not a URL', '"https://…", with a host'],
  [/^\w+_endpoint = "http:\/\/(?!127\.)/, 'server: needs https', null],
  [/^\[[^\]]*$/, 'invalid table header', null],
];

function findings(text: string): FindingView[] {
  const lines = text
    .split('\n')
    .flatMap((line, index) =>
      rules
        .filter(([pattern]) => pattern.test(line))
        .map(([, message, instead]) => ({ file: null, line: index + 1, message, ours: true, instead })),
    );
  const missing = ['schema', 'id', 'name'].filter((key) => !new RegExp(`^${key} *=`, 'm').test(text));
  const whole = missing.map((key) => ({
    file: null,
    line: null,
    message: `\`${key}\` is missing`,
    ours: true,
    instead: key === 'schema' ? 'schema = 1' : `${key} = "my-provider"`,
  }));
  return [...lines, ...whole];
}

export function look(text: string): SpecView {
  const id = word(text, 'id') ?? /^id *= *"([a-z0-9-]+)"/m.exec(text)?.[1] ?? null;
  const found = findings(text);
  const shipped = pages.find((page) => page.id === id && page.origin.kind === 'shipped');
  const host = { name: 'host', title: 'Host', default: null, example: 'git.my-company.example', choices: [] };
  return {
    id,
    findings: found,
    exists: id !== null && own.has(id),
    cautions:
      found.length === 0 && shipped
        ? [
            `Your file providers/${id}.toml replaces the built-in ${shipped.name} and decides where codes and tokens go.`,
          ]
        : [],
    vars: text.includes('[vars.host]') ? [host] : [],
  };
}

export function check(text: string, vars: Record<string, string>): CheckView[] {
  if (look(text).vars.some(({ name }) => !vars[name])) throw { ...problems.endpoint, cause: 'host: a value is needed' };
  const one = (title: string, outcome: CheckView['outcome'], finding: string, cure: string | null = null) => ({
    name: title,
    title,
    outcome,
    finding,
    cure,
  });
  const none = 'not looked for: the provider’s file names no issuer, and has the endpoints itself';
  return [
    one('Metadata', 'ok', none),
    one('Sign-in page', 'ok', 'acme.example/authorize answers (status 200)'),
    text.includes('down')
      ? one('Token endpoint', 'failed', 'down.example: no connection', 'Check the network and the address.')
      : one('Token endpoint', 'ok', 'acme.example/token answers (status 405)'),
    one('PKCE', 'warning', 'not announced', 'S256 is sent all the same; ask the provider whether it is checked.'),
    one('Loopback redirect', 'ok', '127.0.0.1 listens, on any free port'),
    one('Clock', 'ok', 'within five minutes of the server’s'),
    one('Deep links', 'ok', 'Links open `tokenrack-desktop %u`.'),
  ];
}

export function imported(file: string, text: string, id: string | null): ImportView {
  const url = /https:\/\/[\w./-]+/.exec(text)?.[0];
  if (!url) throw { ...problems.spec, cause: 'there is no authorization or token endpoint in it' };
  const name = id ?? new URL(url).host.replaceAll('.', '-');
  const secret = { path: 'clientSecret', why: 'a secret, which a provider file never holds' };
  return {
    text: `# Imported from ${file}. Check it against the provider's documentation.\n\n${least(name, name)}`,
    left_out: text.includes('clientSecret') ? [secret] : [],
  };
}

export function save(text: string, before: string | null): string {
  const { id, findings: found } = look(text);
  if (id === null || found.length > 0) throw problems.spec;
  if ((own.get(id) ?? null) !== before) throw { ...problems.spec, cause: `${id}.toml has been changed meanwhile` };
  put(id, text);
  return id;
}

export function put(id: string, text: string): void {
  own.set(id, text);
  const at = pages.findIndex((page) => page.id === id);
  const like = pages[at] ?? pages.find((page) => page.id === 'oidc');
  if (!like) return;
  const name = word(text, 'name') ?? id;
  pages.splice(at === -1 ? 0 : at, at === -1 ? 0 : 1, {
    ...like,
    id,
    name,
    origin: { kind: 'own', file: `${id}.toml` },
    vars: [],
  });
}
