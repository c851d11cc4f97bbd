// Every view and state of the page, by what a person does to get there: looked at (shots.mjs) and held to the rules of
// accessibility (axe.mjs).

const row = (page, nth = 0) => page.locator('[data-row]').nth(nth);
const openRow = (nth) => async (page) => {
  await row(page, nth).focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('aside');
};
const select =
  (count, from = 3) =>
  async (page) => {
    // In a small window what is further down is not drawn yet.
    await row(page).focus();
    for (let i = 0; i < from; i += 1) await page.keyboard.press('ArrowDown');
    for (let i = 1; i < count; i += 1) await page.keyboard.press('Shift+ArrowDown');
    if (count === 1) await page.keyboard.press('Space');
  };
export const arrange = async (page) => {
  await page.getByRole('button', { name: 'Filter and group' }).click();
  await page.getByRole('dialog').waitFor();
};
const choose = (name) => async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name }).first().click();
  await page.waitForSelector('#client-id');
};

/** Opens the activity record. */
export const record = async (page) => {
  await page.keyboard.press('Control+l');
  await page.locator('main li').first().waitFor();
};

/** Opens the palette and types. */
export const summon = (words) => async (page) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(words);
};

/** The ways to begin a provider file of one's own. */
export const own = async (page) => {
  await page.keyboard.press('Control+n');
  await page.getByRole('button', { name: 'Add your own provider' }).click();
  await page.getByRole('heading', { name: 'From nothing' }).waitFor();
};
/** Such a file, filled in by its server. */
export const fromUrl = async (page) => {
  await own(page);
  await page.getByLabel('URL of the server').fill('https://login.acme.example');
  await page.getByRole('button', { name: 'Read its metadata' }).click();
  await page.getByText('No mistakes.').waitFor();
};

/** Scrolls the open connection's panel until this part of it is at the top. */
const toTop = (part) =>
  part.evaluate((node) => {
    const body = node.closest('.body');
    body.scrollBy(0, node.getBoundingClientRect().top - body.getBoundingClientRect().top - 16);
  });

/** Another connection has the account and the client of “GitHub work”, whose row has the focus then. */
export const sameAccount = async (page) => {
  const mine = await page.evaluate(() => {
    const [mine, other] = ['GitHub work', 'Google personal'].map((name) =>
      __fake.views().find((view) => view.name === name),
    );
    const { provider, provider_name, server, account, account_id, registration } = mine;
    const same = { name: 'GitHub release', provider, provider_name, server, account, account_id, registration };
    __fake.change(other.id, (view) => ({ ...view, ...same }));
    return mine.id;
  });
  await page.locator(`[data-row="${mine}"]`).focus();
};

/** The view of files of connections. */
export const sharing = async (page) => {
  await page.keyboard.press('Control+i');
  await page.getByRole('heading', { name: 'Import and export', level: 1 }).waitFor();
};
/** A file that is chosen there. */
export const file = (name, content) => async (page) => {
  await sharing(page);
  await page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
};
export const team = async (page) => {
  await file('team.tokenrack.json', '{}')(page);
  await page.getByRole('heading', { name: 'team.tokenrack.json' }).waitFor();
};
export const sealed = file('backup.tokenrack.age', 'age-encryption.org/v1\n');
export const backup = async (page) => {
  await sealed(page);
  await page.locator('#passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Open the backup' }).click();
  await page.getByRole('heading', { name: 'backup.tokenrack.age' }).waitFor();
};

/** Goes on in another language. */
export const speak = async (page, language) => {
  const painted = () => Number(document.documentElement.dataset.painted ?? 0);
  const before = await page.evaluate(painted);
  await page.evaluate((language) => __fake.speak(language), language);
  // All has been asked for anew, or is still awaited; what an open view asks for itself comes within the blink after it.
  await page.waitForFunction(
    ([language, before]) =>
      document.documentElement.lang.endsWith(language) &&
      (Number(document.documentElement.dataset.painted) > before || document.querySelector('main .loading')),
    [language, before],
  );
  await page.waitForTimeout(150);
};

/** Each: the fake's scene, what a person does there, and more for the address. */
export const scenes = {
  few: ['few'],
  one: ['one'],
  fifty: ['full-50'],
  'all-statuses': ['all-statuses'],
  full: ['full-1000'],
  compact: ['full-60', null, '&density=compact'],
  grouped: ['full-50', null, '&group=provider'],
  'grouped-compact': ['full-50', null, '&group=environment&density=compact'],
  'grouped-full': [
    'full-1000',
    async (page) => {
      await page.locator('[role=treegrid]').evaluate((table) => table.scrollTo(0, 9000));
      await page.locator('[data-group]').first().waitFor();
    },
    '&group=status',
  ],
  folded: [
    'full-50',
    async (page) => {
      for (const name of ['Microsoft', 'Google']) await page.locator('[data-group]', { hasText: name }).click();
    },
    '&group=provider',
  ],
  arranging: ['full-50', arrange],
  filtered: [
    'full-50',
    async (page) => {
      await arrange(page);
      for (const name of [/^Connected/, 'prod', 'GitHub', 'Google']) await page.getByRole('checkbox', { name }).check();
      await page.keyboard.press('Escape');
    },
  ],
  'filtered-to-nothing': [
    'full-50',
    async (page) => {
      await arrange(page);
      for (const name of ['Retrying', 'Spotify']) await page.getByRole('checkbox', { name }).check();
      await page.keyboard.press('Escape');
    },
  ],
  selected: ['full-50', select(3)],
  'selected-panel': [
    'few',
    async (page) => {
      await select(2)(page);
      await openRow(3)(page);
    },
  ],
  'batch-confirm': [
    'full-50',
    async (page) => {
      await select(12)(page);
      await page.keyboard.press('d');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  'batch-running': [
    'batch-slow',
    async (page) => {
      await select(9)(page);
      await page.keyboard.press('r');
      await page.getByText('Refreshing 4 of').waitFor();
    },
  ],
  'batch-failed': [
    'batch',
    async (page) => {
      await select(9)(page);
      await page.keyboard.press('r');
      await page.locator('.bar p', { hasText: '3 failed' }).waitFor();
    },
  ],
  'batch-well': [
    'full-50',
    async (page) => {
      await select(3, 10)(page);
      await page.keyboard.press('d');
      await page.getByRole('button', { name: 'Disconnect 3' }).click();
      await page.locator('.bar p', { hasText: '3 disconnected' }).waitFor();
      await page.getByRole('button', { name: 'Details' }).click();
    },
  ],
  empty: ['empty'],
  loading: ['loading'],
  broken: ['broken'],
  'vault-locked': ['vault-locked'],
  'vault-file': ['vault-file'],
  'vault-new': ['vault-new'],
  'vault-absent': ['vault-absent'],
  panel: ['few', openRow(3)],
  'panel-problem': ['few', openRow(0)],
  lived: ['lived', openRow(4)],
  'life-1': ['life-1', openRow(0)],
  'life-20': ['life-20', openRow(0)],
  'life-500': ['life-500', openRow(0)],
  'life-table': [
    'life-500',
    async (page) => {
      await openRow(0)(page);
      await page.locator('aside summary', { hasText: 'Show as a table' }).click();
      await page.locator('aside table').scrollIntoViewIfNeeded();
    },
  ],
  'copy-menu': [
    'lived',
    async (page) => {
      await openRow(4)(page);
      await page.getByRole('button', { name: 'Copy as…' }).click();
      await page.getByRole('menuitem').first().waitFor();
    },
  ],
  'copied-panel': [
    'life-20',
    async (page) => {
      await openRow(0)(page);
      await page
        .locator('aside')
        .getByRole('button', { name: /^Copy token/ })
        .click();
      await page.locator('aside').getByRole('button', { name: 'Clear now' }).waitFor();
    },
  ],
  bound: ['bound', openRow(0)],
  scopes: [
    'scopes',
    async (page) => {
      await openRow(0)(page);
      await page.locator('aside summary', { hasText: 'more scope' }).click();
      await toTop(page.locator('aside h3', { hasText: 'Scopes' }));
    },
  ],
  claims: [
    'lived',
    async (page) => {
      await openRow(4)(page);
      await page.locator('aside summary', { hasText: 'What the token says' }).click();
      await page.getByRole('button', { name: 'Show email' }).waitFor();
      await toTop(page.locator('aside summary', { hasText: 'What the token says' }));
    },
  ],
  'claims-opaque': [
    'one',
    async (page) => {
      await openRow(0)(page);
      await page.locator('aside summary', { hasText: 'What the token says' }).click();
      await page.getByText('This token is opaque').waitFor();
    },
  ],
  'panel-test-request': [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'Google' }).click();
      await page.locator('aside summary', { hasText: 'Test request' }).click();
      await page.getByLabel('Address').fill('https://api.example/me');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('region', { name: 'Answer' }).waitFor();
      await toTop(page.locator('aside h3', { hasText: 'Scopes' }));
    },
  ],
  edit: [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'Google' }).focus();
      await page.keyboard.press('e');
      await page.waitForSelector('#client-id');
    },
  ],
  'edit-moved': [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'GitLab' }).focus();
      await page.keyboard.press('e');
      await page.getByLabel('Way back', { exact: true }).selectOption('loopback');
      await page.locator('.moved').waitFor();
      await page.locator('.moved').scrollIntoViewIfNeeded();
    },
  ],
  'edit-fix': ['all-statuses', async (page) => page.getByRole('button', { name: /^Fix settings/ }).click()],
  waiting: ['waiting', openRow(0)],
  device: ['device', openRow(0)],
  'waiting-blocked': ['no-browser', async (page) => page.getByRole('button', { name: /^Connect:/ }).click()],
  copied: [
    'few',
    async (page) =>
      page
        .getByRole('button', { name: /^Copy token/ })
        .first()
        .click(),
  ],
  confirm: [
    'few',
    async (page) => {
      await row(page, 2).focus();
      await page.keyboard.press('d');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  'confirm-same-account': [
    'few',
    async (page) => {
      await sameAccount(page);
      await page.keyboard.press('d');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  'panel-same-account': [
    'few',
    async (page) => {
      await sameAccount(page);
      await page.keyboard.press('Enter');
      const details = page.locator('aside section', { hasText: 'Also connected as' });
      await details.waitFor();
      await toTop(details);
    },
  ],
  refreshed: [
    'few',
    async (page) => {
      await row(page, 2).focus();
      await page.keyboard.press('r');
      await page.locator('.notice').waitFor();
    },
  ],
  unfinished: [
    'few',
    async (page) => {
      await page.evaluate(() =>
        __fake.emit({ event: 'unfinished', left: [{ connection: __fake.views()[0].id, work: 'saving' }] }),
      );
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  keys: [
    'few',
    async (page) => {
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
    },
  ],
  palette: ['few', summon('')],
  'palette-found': ['few', summon('git')],
  'palette-many': ['full-1000', summon('refresh')],
  'palette-none': ['few', summon('zebra crossing')],
  error: [
    'errors',
    async (page) =>
      page
        .getByRole('button', { name: /^Refresh:/ })
        .first()
        .click(),
  ],
  disconnected: [
    'few',
    async (page) => {
      await row(page, 2).focus();
      await page.keyboard.press('d');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    },
  ],
  gallery: ['few', async (page) => page.keyboard.press('Control+n')],
  'gallery-url': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.fill('#provider-search', 'https://login.example.com');
    },
  ],
  'add-url': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.fill('#provider-search', 'https://login.example.com');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#client-id');
    },
  ],
  'add-known-client': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.fill('#provider-search', 'gitlab');
      await page.locator('.card', { hasText: 'GitLab' }).first().click();
      await page.getByRole('button', { name: /^Use the client of/ }).click();
      await page.locator('#client-id:not(:placeholder-shown)').waitFor();
    },
  ],
  'gallery-by-hand': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('https://html.example/');
      await page.keyboard.press('Enter');
      await page.getByText('Give the endpoints by hand').click();
    },
  ],
  'gallery-unreachable': [
    'few',
    async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('https://nowhere.example.com');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  ],
  'add-github': ['few', choose(/GitHub/)],
  'add-tried': [
    'few',
    async (page) => {
      await choose(/GitHub/)(page);
      await page.getByRole('button', { name: 'Add and connect' }).click();
      await page.locator('.error').first().waitFor();
    },
  ],
  'spec-start': ['few', own],
  'spec-start-problem': [
    'few',
    async (page) => {
      await own(page);
      await page.getByLabel('URL of the server').fill('https://html.example/');
      await page.getByRole('button', { name: 'Read its metadata' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  'spec-empty': [
    'few',
    async (page) => {
      await own(page);
      await page.getByRole('button', { name: 'Start empty' }).click();
      await page.getByText('2 mistakes').waitFor();
      await page.keyboard.press('Control+s');
      await page.getByRole('alert').waitFor();
    },
  ],
  'spec-findings': [
    'few',
    async (page) => {
      await fromUrl(page);
      const text = page.getByLabel('Provider file');
      await text.fill((await text.inputValue()).replace('token_endpoint', 'token_endpont') + 'odd = [\n[scopes\n');
      await page.locator('li button').first().waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
    },
  ],
  'spec-checked': [
    'few',
    async (page) => {
      await fromUrl(page);
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('A sign-in can work').waitFor();
    },
  ],
  'spec-replaces': [
    'few',
    async (page) => {
      await fromUrl(page);
      const text = page.getByLabel('Provider file');
      await text.fill(
        (await text.inputValue())
          .replace(/id = ".*"/, 'id = "github"')
          .replace('token_endpoint = "https://', '$&down.'),
      );
      await page.getByText('replaces the built-in').waitFor();
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText('1 check failed.').waitFor();
    },
  ],
  'spec-import': [
    'few',
    async (page) => {
      await own(page);
      await page
        .getByLabel('Document', { exact: true })
        .fill('authorizeUri: https://acme.example/a\nclientSecret: x\n');
      await page.getByRole('button', { name: 'Import' }).click();
      await page.getByText('Left out of the document').click();
    },
  ],
  'spec-leave': [
    'few',
    async (page) => {
      await fromUrl(page);
      await page.keyboard.press('Escape');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  activity: ['full-50', record],
  'activity-fresh': [
    'full-50',
    async (page) => {
      await record(page);
      await page.locator('.scroll').evaluate((scroller) => scroller.scrollTo(0, 400));
      await page.evaluate(() => __fake.release(__fake.views()[0].id, 3));
      await page.getByRole('button', { name: '3 new lines' }).waitFor();
    },
  ],
  'activity-filtered': [
    'few',
    async (page) => {
      await record(page);
      await page.getByLabel('Kind').selectOption('failures');
      await page.getByLabel('Connection', { exact: true }).selectOption({ label: 'GitHub work' });
      await page.waitForFunction(() => document.querySelectorAll('main li').length === 1);
      await page.getByRole('button', { name: 'Export CSV' }).click();
      await page.getByText('Written to').waitFor();
    },
  ],
  'activity-none': [
    'few',
    async (page) => {
      await record(page);
      await page.getByLabel('Words').fill('zebra crossing');
      await page.getByRole('button', { name: 'Clear the filter' }).waitFor();
    },
  ],
  'activity-empty': [
    'record-empty',
    async (page) => {
      await page.keyboard.press('Control+l');
      await page.getByText('Nothing has happened yet.').waitFor();
    },
  ],
  'activity-failing': [
    'record-broken',
    async (page) => {
      await page.keyboard.press('Control+l');
      await page.getByRole('button', { name: 'Retry' }).waitFor();
    },
  ],
  'own-page': ['few', choose(/GitLab/)],
  sharing: ['few', sharing],
  'sharing-nothing': ['empty', sharing],
  'sharing-written': [
    'few',
    async (page) => {
      await sharing(page);
      await page.getByRole('checkbox', { name: 'Slack' }).click();
      await page.getByRole('button', { name: 'Export 5 connections' }).click();
      await page.getByText('written to').first().waitFor();
      await page.getByRole('button', { name: 'Back up' }).click();
      await page.locator('.error').waitFor();
    },
  ],
  'sharing-problem': [
    'few',
    async (page) => {
      await file('team.tokenrack.json', '{"refresh_token":1}')(page);
      await page.getByRole('alert').waitFor();
    },
  ],
  'sharing-sealed': [
    'few',
    async (page) => {
      await sealed(page);
      await page.locator('#passphrase').fill('wrong');
      await page.getByRole('button', { name: 'Open the backup' }).click();
      await page.locator('.error').waitFor();
    },
  ],
  'sharing-team': ['few', team],
  'sharing-preview': [
    'few',
    async (page) => {
      await team(page);
      await page.getByLabel('What becomes of Slack').selectOption('rename');
      await page.getByLabel('New name of Slack').fill('');
      await page.getByRole('button', { name: /^Take/ }).click();
      await page.locator('.error').waitFor();
    },
  ],
  'sharing-backup': [
    'few',
    async (page) => {
      await backup(page);
      await page.getByLabel('What becomes of GitHub').selectOption('replace');
    },
  ],
  'sharing-outcome': [
    'few',
    async (page) => {
      await team(page);
      await page.getByLabel('What becomes of GitHub', { exact: true }).selectOption('replace');
      await page.getByLabel('What becomes of Slack').selectOption('rename');
      await page.getByRole('button', { name: /^Take/ }).click();
      await page.getByRole('heading', { name: 'What has become of it' }).waitFor();
    },
  ],
  'forgetting-several': [
    'few',
    async (page) => {
      await page.evaluate(() => {
        const like = __fake.views().find(({ status }) => status.kind === 'not_connected');
        const changed = [1, 2, 3].map((n) => ({ ...like, id: `idle-${n}`, name: `Slack test ${n}` }));
        __fake.emit({ event: 'connections', revision: 900, changed, removed: [] });
      });
      await row(page, 0).focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Space');
      await page.keyboard.press('Shift+ArrowUp');
      await page.keyboard.press('Shift+ArrowUp');
      await page.keyboard.press('Delete');
      await page.locator('.notice').getByRole('button').waitFor();
    },
  ],
  'forget-several': [
    'full-50',
    async (page) => {
      await select(4)(page);
      await page.keyboard.press('Delete');
      await page.getByRole('alertdialog').waitFor();
    },
  ],
  forgetting: [
    'few',
    async (page) => {
      await page.locator('[data-row]', { hasText: 'Slack billing' }).focus();
      await page.keyboard.press('Delete');
      await page.locator('.notice').getByRole('button').waitFor();
    },
  ],
  'other-account': [
    'few',
    async (page) => {
      const cautions = [
        'The last sign-in was as octavia.lind@example.com; before it was octavia. The tokens from before were replaced ' +
          'here and not revoked: they may live on at the provider until they end.',
      ];
      await page.locator('[data-row]', { hasText: 'GitHub work' }).focus();
      await page.keyboard.press('Enter');
      await page.evaluate((cautions) => {
        const [view] = __fake.views().filter(({ name }) => name === 'GitHub work');
        __fake.change(view.id, (v) => ({
          ...v,
          account: 'octavia.lind@example.com',
          account_before: 'octavia',
          cautions,
        }));
      }, cautions);
      await page.locator('.notice').waitFor();
    },
  ],
  settings: ['few', async (page) => page.keyboard.press('Control+,')],
  'settings-no-tray': ['no-tray', async (page) => page.keyboard.press('Control+,')],
  diagnostics: [
    'few',
    async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByText('tokenrack.db').waitFor();
      await page.locator('.scroll').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    },
  ],
};

/** Those that the documentation shows (shots.mjs), in its order. */
export const gallery = [
  'lived',
  'few',
  'empty',
  'fifty',
  'grouped-full',
  'all-statuses',
  'grouped',
  'filtered',
  'selected',
  'batch-failed',
  'gallery',
  'add-github',
  'gallery-url',
  'add-url',
  'spec-checked',
  'waiting',
  'device',
  'copy-menu',
  'copied',
  'scopes',
  'panel-test-request',
  'claims',
  'confirm',
  'activity',
  'palette-found',
  'keys',
  'settings',
  'diagnostics',
  'sharing',
  'sharing-team',
  'sharing-backup',
  'panel-problem',
  'vault-locked',
  'broken',
];
