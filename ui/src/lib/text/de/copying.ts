// Als was ein Token kopiert werden kann: die Formate von `tokenrack token`.

import type { words as en } from '../en/copying';

const format: typeof en.format = {
  header: { name: 'Kopfzeile', shape: 'Authorization: …' },
  curl: { name: 'curl-Konfiguration', shape: 'curl --config -' },
  env: { name: 'Shell-Zeile', shape: 'export NAME=…' },
  dotenv: { name: '.env-Zeile', shape: 'NAME=…' },
  powershell: { name: 'PowerShell-Zeile', shape: '$env:NAME = …' },
  json: { name: 'JSON', shape: '{"access_token"}' },
};

export const words: typeof en = { title: 'Token kopieren als', format };
export const offered = Object.keys(format) as (keyof typeof format)[];
