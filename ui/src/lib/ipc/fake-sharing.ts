// Files of connections for the fake: a team's file and a backup, in every standing a thing can have.

import type { BundleView, Decision, ProblemView, TakenView, ThingView, WrittenView } from './bindings';
import { at } from './fake-data';

const DAY = 86_400_000;

const problem = (code: string, message: string, cause: string | null, suggestion: string): ProblemView => ({
  code,
  message,
  cause,
  // They are the reader's.
  ours: cause !== null && !cause.startsWith('unknown field'),
  suggestion,
  action: null,
  http_status: null,
  docs_url: `https://tokenrack.dev/docs/errors#${code.replace('/', '-')}`,
});

const unreadable = (cause: string | null): ProblemView =>
  problem(
    'file/unreadable',
    'This is no file of Tokenrack’s that can be read',
    cause,
    'Choose a file of connections or a backup; it may be damaged or of another program.',
  );
const locked = problem(
  'file/passphrase_needed',
  'The backup is encrypted',
  null,
  'Give the passphrase that it was made with.',
);
const wrong = problem(
  'file/wrong_passphrase',
  'This passphrase does not open the backup',
  null,
  'Try again; nothing was changed.',
);

const thing = (name: string, provider: string, hosts: string[], more: Partial<ThingView>): ThingView => ({
  kind: 'connection',
  name,
  provider,
  hosts,
  standing: 'new',
  differences: [],
  cautions: [],
  has_scripts: false,
  needs_secret: false,
  tokens: null,
  problem: null,
  choices: ['add', 'skip'],
  free_name: null,
  ...more,
});

const github = ['api.github.com', 'github.com'];
const team: ThingView[] = [
  thing('GitHub (build)', 'GitHub', github, { needs_secret: true }),
  thing('Acme Tracker', 'Acme', ['login.acme.example', 'tracker.acme.example'], {
    has_scripts: true,
    choices: ['skip', 'add'],
    cautions: [
      'acme.toml brings scripts of its own, which are given the code, tokens and secret of its connections.',
      'The file brings its provider along, which decides where codes and tokens go.',
    ],
  }),
  thing('GitHub', 'GitHub', github, {
    standing: 'differs',
    differences: ['scopes', 'redirect_uri'],
    choices: ['skip', 'replace', 'rename'],
    free_name: 'GitHub (2)',
  }),
  thing('Slack', 'Mattermost', ['chat.acme.example'], {
    standing: 'name_taken',
    choices: ['skip', 'rename'],
    free_name: 'Slack (2)',
  }),
  thing('Google', 'Google', ['accounts.google.com', 'oauth2.googleapis.com', 'openidconnect.googleapis.com'], {
    standing: 'same',
    choices: ['skip'],
  }),
  thing('Old portal', 'Portal', [], {
    provider: null,
    standing: 'unusable',
    choices: ['skip'],
    problem: problem(
      'provider/invalid_spec',
      'The provider’s description has a mistake',
      'portal.toml:8: server.token_endpoint: must be https (http only on loopback)',
      'Correct the file at the place named.',
    ),
  }),
];

const backup: ThingView[] = [
  thing('Grafana', 'Grafana', ['grafana.acme.example'], { tokens: { issued_at: at(-3 * DAY), older: false } }),
  thing('GitHub', 'GitHub', github, {
    standing: 'differs',
    differences: ['tokens'],
    choices: ['skip', 'replace', 'rename'],
    free_name: 'GitHub (2)',
    tokens: { issued_at: at(-9 * DAY), older: true },
  }),
  thing('acme', 'Acme', ['login.acme.example'], { kind: 'provider' }),
  thing('', '', [], { kind: 'settings', provider: null, standing: 'differs', choices: ['skip', 'replace'] }),
];

let opened: BundleView | null = null;

export function open(file: string, content: string, passphrase: string | null): BundleView {
  opened = null;
  const sealed = content.startsWith('age-encryption.org/v1');
  if (sealed && passphrase === null) throw locked;
  if (sealed && passphrase !== 'correct horse battery') throw wrong;
  if (!sealed && !content.startsWith('{')) throw unreadable(null);
  if (content.includes('refresh_token'))
    throw unreadable('unknown field `refresh_token`, expected one of `name`, `provider`, `environment`');
  const things = sealed ? backup : content.includes('"empty"') ? [] : team;
  opened = { kind: sealed ? 'backup' : 'connections', file, made_at: at(-2 * DAY), things };
  return opened;
}

export const close = (): void => void (opened = null);

export function take(decisions: Decision[], connection: string | null): TakenView[] {
  const { things } = opened ?? { things: [] };
  opened = null;
  return things.map((from, index) => {
    const { choice = 'skip', name = null } = decisions.find((one) => one.thing === index) ?? {};
    const refused = choice === 'replace' && from.differences.includes('redirect_uri');
    const outcome = refused ? 'failed' : choice === 'skip' ? 'skipped' : choice === 'replace' ? 'replaced' : 'added';
    const here = outcome === 'added' || outcome === 'replaced';
    return {
      thing: index,
      kind: from.kind,
      name: choice === 'rename' && name !== null ? name : from.name,
      outcome,
      connection: here && from.kind === 'connection' ? connection : null,
      needs_secret: here && from.needs_secret,
      kept_tokens: outcome === 'replaced' && from.tokens?.older === true,
      problem: refused
        ? problem(
            'connection/busy',
            'Another Tokenrack process is working on this connection',
            'a sign-in is waiting; cancel it first',
            'Try again in a moment.',
          )
        : null,
    };
  });
}

export const written = (file: string, connections: number): WrittenView => ({
  path: `/home/octavia/Downloads/${file}`,
  connections,
  left_out: [],
});
