// What a token can be copied as: the formats of `tokenrack token`.

import type { Format } from '../../ipc/bindings';

type Offered = Exclude<Format, 'raw'>;

const format: Record<Offered, { name: string; shape: string }> = {
  header: { name: 'Header', shape: 'Authorization: …' },
  curl: { name: 'curl configuration', shape: 'curl --config -' },
  env: { name: 'Shell line', shape: 'export NAME=…' },
  dotenv: { name: '.env line', shape: 'NAME=…' },
  powershell: { name: 'PowerShell line', shape: '$env:NAME = …' },
  json: { name: 'JSON', shape: '{"access_token"}' },
};

export const words = { title: 'Copy token as', format };
/** In the order of the menu. */
export const offered = Object.keys(format) as Offered[];
