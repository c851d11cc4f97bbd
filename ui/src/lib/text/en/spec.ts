// The words of the editor of provider files; they come with it, when it is opened.

import { count } from './count';

/** The least that is worth a start; what has no value yet is said to be wrong until it has. */
export const blank: string = `schema = 1
id = "my-provider"        # the name of the file
name = "My provider"

[links]
# register = "https://…"  # where a client is registered
# docs = "https://…"

[server]
authorization_endpoint = "https://…"
token_endpoint = "https://…"

[scopes]
default = []
`;

export const words = {
  title: 'Your own provider',
  editTitle: (id: string) => `Edit ${id}.toml`,
  back: 'Back',

  start: {
    intro: 'A provider is one small file that says how to talk to a server. Begin it in one of three ways.',
    url: 'From a URL',
    urlHint: 'The server’s own metadata fills the file in: an issuer, an OpenID server or an MCP server.',
    urlLabel: 'URL of the server',
    urlGo: 'Read its metadata',
    urlBusy: 'Asking the server…',
    urlMissing: 'Write the URL first; it starts with https://.',
    import: 'From another program’s document',
    importHint: 'YAML or JSON that names a server’s endpoints, or its metadata. Secrets in it are left out.',
    document: 'Document',
    choose: 'Or a file',
    id: 'Id',
    idHint: 'Names the new provider, or one of several in the document.',
    optional: 'optional',
    importGo: 'Import',
    importMissing: 'Paste the document, or choose a file.',
    pasted: 'a pasted document',
    nothing: 'From nothing',
    nothingHint: 'The least a file needs, to be filled in.',
    nothingGo: 'Start empty',
  },

  text: 'Provider file (TOML)',
  savesAs: (id: string) => `Will be saved as ${id}.toml, in the profile’s folder of providers.`,
  renamed: (id: string, old: string) =>
    `The id is another: this is saved as ${id}.toml, and ${old}.toml stays as it is.`,
  taken: (id: string) => `You have a file ${id}.toml already. Write another id, or edit that one.`,
  noId: 'It has no id yet; a file is saved under its id.',

  findings: 'Mistakes',
  looking: 'Reading…',
  none: 'No mistakes.',
  count: (n: number) => count(n, 'mistake', 'mistakes'),
  line: (n: number) => `Line ${n}`,
  whole: 'The file',
  inFile: (file: string) => `In ${file}`,
  write: (instead: string) => `Write ${instead}`,
  mind: 'Keep in mind',
  leftOut: (n: number) => `Left out of the document: ${n}`,
  leftOutItem: (path: string, why: string) => `${path}: ${why}`,

  check: 'Check',
  checks: 'Dry run',
  checksHint: 'Check asks whether the server is there and what it offers. Nobody’s id and no secret is sent.',
  checking: 'Checking…',
  checkNeedsMending: 'A file with mistakes cannot be tried.',
  checked: (failed: number, warned: number) =>
    failed > 0
      ? `${count(failed, 'check', 'checks')} failed.`
      : warned > 0
        ? `A sign-in can work; ${count(warned, 'check has', 'checks have')} a limit.`
        : 'A sign-in can work.',
  needed: 'needed to try it',

  save: 'Save',
  saving: 'Saving…',
  saveRefused: (n: number) => `Not saved: ${count(n, 'mistake', 'mistakes')}.`,

  leaveTitle: 'Leave without saving?',
  leaveText: 'What you wrote here is not saved and would be gone.',
  stay: 'Stay',
  discard: 'Leave',
};
