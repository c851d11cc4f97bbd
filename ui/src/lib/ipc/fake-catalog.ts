// The shipped catalog, as far as a page shows it: read from the files themselves, so that the gallery has its real size.

import type { ProviderPage } from './bindings';

const files = import.meta.glob<string>('../../../../providers/*.toml', {
  eager: true,
  query: '?raw',
  import: 'default',
});

interface Entry {
  page: Partial<ProviderPage> & Pick<ProviderPage, 'id' | 'name' | 'category'>;
  aliases: string[];
}

/** Enough of TOML: a table's text, and in it a key's string or list of strings. */
function table(toml: string, name: string): string {
  const start = name === '' ? 0 : toml.indexOf(`\n[${name}]\n`) + 1;
  if (name !== '' && start === 0) return '';
  const body = toml.slice(start + name.length);
  return body.slice(0, /\n\[/.exec(body)?.index ?? body.length);
}

function list(body: string, key: string): string[] {
  const inside = new RegExp(`^${key} = \\[([^]*?)\\]$`, 'm').exec(body)?.[1] ?? '';
  return [...inside.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, words]) => words ?? '');
}

/** The strings of a table by their keys, which may stand in quotation marks. */
const strings = (body: string): Record<string, string> =>
  Object.fromEntries(
    [...body.matchAll(/^"?([^"\n]+?)"? = "((?:[^"\\]|\\.)*)"$/gm)].map(([, key, words]) => [key, words]),
  );

/** A key's string at the top of a table. */
export const word = (body: string, key: string): string | null =>
  new RegExp(`^${key} = "((?:[^"\\\\]|\\\\.)*)"$`, 'm').exec(body)?.[1] ?? null;

function read(toml: string): Entry {
  const top = table(toml, '');
  const links = table(toml, 'links');
  const setup = table(toml, 'setup');
  const id = word(top, 'id') ?? '';
  const device = word(table(toml, 'server'), 'device_authorization_endpoint') !== null;
  return {
    aliases: list(top, 'aliases'),
    page: {
      id,
      name: word(top, 'name') ?? id,
      category: word(top, 'category') ?? 'other',
      description: word(top, 'description'),
      sources: list(top, 'sources'),
      verified: word(top, 'verified'),
      register_url: word(links, 'register'),
      docs_url: word(links, 'docs'),
      app_type: word(setup, 'app_type'),
      checklist: list(setup, 'checklist'),
      warnings: list(setup, 'warnings'),
      grants: device ? ['authorization_code', 'device_code'] : ['authorization_code'],
      default_scopes: list(table(toml, 'scopes'), 'default'),
      scope_meanings: strings(table(toml, 'scopes.explain')),
    },
  };
}

export const catalog: Entry[] = Object.values(files).map(read);
