import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

async function on(scene, options, body) {
  const { page, close } = await it_.open(scene, options);
  await body(page);
  await close();
}

const rowOf = (page, name) => page.locator('[data-row]', { hasText: name });
const status = (page, name) => rowOf(page, name).locator('.word').textContent();
const until = (page, name, word) =>
  page.waitForFunction(
    ([name, word]) =>
      [...document.querySelectorAll('[data-row]')].some(
        (row) => row.textContent.includes(name) && row.querySelector('.word').textContent === word,
      ),
    [name, word],
  );

describe('signing in', () => {
  it('c connects: waits, shows what is awaited, and Esc cancels before it closes', () =>
    on('few', {}, async (page) => {
      await rowOf(page, 'Slack').focus();
      await page.keyboard.press('c');
      await until(page, 'Slack', 'Waiting for browser');
      assert.match(await page.textContent('.waiting'), /Sign in at slack\.example/);
      assert.equal(await page.locator('.waiting details').evaluate((d) => d.open), false);
      await page.keyboard.press('Escape');
      await until(page, 'Slack', 'Not connected');
      assert.equal(await page.locator('aside').count(), 1);
      await page.keyboard.press('Escape');
      await page.waitForSelector('aside', { state: 'detached' });
    }));

  it('stands its fall-backs open after 15 seconds, not before', () =>
    on('few', { clock: true }, async (page) => {
      await page.getByRole('button', { name: 'Connect: Slack billing' }).click();
      await page.waitForSelector('.waiting');
      await page.clock.runFor(12_000);
      assert.equal(await page.locator('.waiting details').evaluate((d) => d.open), false);
      await page.clock.runFor(5_000);
      assert.equal(await page.locator('.waiting details').evaluate((d) => d.open), true);
      await page.locator('.waiting summary').click();
      await page.clock.runFor(3_000);
      assert.equal(
        await page.locator('.waiting details').evaluate((d) => d.open),
        false,
        'closed by hand stays closed',
      );
    }));

  it('stands them open at once when no browser could be opened', () =>
    on('no-browser', {}, async (page) => {
      await page.getByRole('button', { name: 'Connect: Slack billing' }).click();
      await page.waitForSelector('.waiting details[open]');
      assert.match(await page.textContent('.waiting h3'), /could not be opened/);
    }));

  it('says so where a sign-in brought another account, until another has', () =>
    on('few', {}, async (page) => {
      const signedIn = (account, account_before) =>
        page.evaluate(
          (told) => {
            const { id } = __fake.views().find(({ name }) => name === 'GitHub work');
            __fake.change(id, (view) => ({ ...view, ...told }));
          },
          { account, account_before },
        );
      const notice = page.locator('.notice');
      await signedIn('bob', 'alice');
      assert.match(await notice.textContent(), /GitHub work\s*Signed in as bob; before it was alice\./);
      await signedIn('Bob B.', 'alice');
      assert.equal(await notice.count(), 1, 'a refresh says nothing new');
      await signedIn('alice', 'bob');
      assert.match(await notice.textContent(), /Signed in as alice; before it was bob\./);
      assert.equal(await notice.count(), 1);
      await signedIn('alice', null);
      await notice.waitFor({ state: 'detached' });
      await signedIn('bob', 'alice');
      await notice.getByRole('button', { name: 'Dismiss' }).click();
      await notice.waitFor({ state: 'detached' });
    }));

  it('says how a refresh went, until it is read', () =>
    on('few', { clock: true }, async (page) => {
      await rowOf(page, 'GitLab staging').focus();
      await page.keyboard.press('r');
      await page.clock.runFor(1000);
      const notice = page.locator('.notice');
      assert.match(await notice.textContent(), /GitLab staging\s*Refreshed: valid until \d\d:\d\d\./);
      await page.clock.runFor(9000);
      await notice.waitFor({ state: 'detached' });
    }));

  it('leads from an error that only the browser shows to the form', () =>
    on('few', {}, async (page) => {
      await page.getByRole('button', { name: 'Connect: Slack billing' }).click();
      await page.locator('.waiting summary').click();
      await page.getByRole('button', { name: 'Cancel and edit' }).click();
      await page.getByLabel('Client ID').waitFor();
      assert.ok(!(await page.evaluate(() => __fake.views().some(({ waiting }) => waiting))), 'it waits no more');
    }));

  it('takes a pasted redirect, and says what is wrong with a bad one', () =>
    on('few', {}, async (page) => {
      await page.getByRole('button', { name: 'Connect: Slack billing' }).click();
      await page.locator('.waiting summary').click();
      const finish = page.getByRole('button', { name: 'Finish' });
      await finish.click();
      assert.match(await page.textContent('.waiting .error'), /Paste the address first/);
      await page.getByLabel('Redirect URL').fill('https://nowhere.example/');
      await finish.click();
      await page.waitForSelector('.waiting .problem');
      assert.match(await page.textContent('.waiting .problem'), /No sign-in is waiting.*callback\/unknown_state/s);
      await page
        .getByLabel('Redirect URL')
        .fill('dev.tokenrack.desktop:/oauth/callback?code=canary-code&state=canary-state');
      await finish.click();
      await until(page, 'Slack', 'Connected');
      assert.ok(!(await page.content()).includes('canary'), 'the code does not stay on the page');
    }));
});

describe('closing with tokens that are not saved', () => {
  const asked = (page, ...works) =>
    page.evaluate((works) => {
      const views = __fake.views();
      __fake.emit({ event: 'unfinished', left: works.map((work, at) => ({ connection: views[at].id, work })) });
      return views[0].name;
    }, works);

  it('asks, and neither Escape nor a stray Enter loses anything', () =>
    on('few', {}, async (page) => {
      const name = await asked(page, 'saving');
      const dialog = page.getByRole('alertdialog');
      await page.getByRole('button', { name: 'Keep open' }).and(page.locator(':focus')).waitFor();
      assert.match(await dialog.textContent(), new RegExp(`${name}.*are not saved.*only in Tokenrack’s memory`, 's'));
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => __fake.quit), false);
    }));

  it('saves them and closes', () =>
    on('few', {}, async (page) => {
      await asked(page, 'saving');
      await page.getByRole('button', { name: 'Save again and close' }).click();
      // The shell saves, and asks again where it cannot.
      await page.waitForFunction(() => __fake.ended);
    }));

  it('blames no keychain for what is merely under way', () =>
    on('few', {}, async (page) => {
      const name = await asked(page, 'refresh');
      const dialog = page.getByRole('alertdialog');
      assert.match(await dialog.textContent(), new RegExp(`${name}.*still being refreshed`, 's'));
      assert.doesNotMatch(await dialog.textContent(), /keychain/i);
      await page.getByRole('button', { name: 'Close anyway' }).waitFor();
      await asked(page, 'sign_in', 'refresh');
      await page.getByText('is still under way').and(dialog.locator('p')).waitFor();
      await page.getByRole('button', { name: 'Wait and close' }).click();
      await page.waitForFunction(() => __fake.ended);
    }));

  it('quits by its key, and asks first what the shell must', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+q');
      await page.waitForFunction(() => __fake.ended);
    }));

  it('loses them only when told to', () =>
    on('few', {}, async (page) => {
      await asked(page, 'saving');
      await page.getByRole('button', { name: 'Close and lose them' }).click();
      await page.waitForFunction(() => __fake.quit);
    }));
});

describe('a failure', () => {
  it('has five parts and a report', () =>
    on('few', {}, async (page) => {
      await rowOf(page, 'Microsoft').focus();
      await page.keyboard.press('Enter');
      const problem = page.locator('aside .problem');
      const words = await problem.textContent();
      assert.match(words, /no longer accepts this sign-in/);
      assert.match(words, /expired or revoked/);
      assert.match(words, /Connect again\./);
      assert.match(words, /oauth\/invalid_grant/);
      assert.match(words, /HTTP status.*400/);
      assert.equal(await problem.getByRole('button', { name: 'Reconnect' }).count(), 1);
      assert.equal(await problem.getByRole('button', { name: 'What this means' }).count(), 1);
      await problem.getByRole('button', { name: 'Copy report' }).click();
      await problem.getByRole('button', { name: 'Report copied' }).waitFor();
      assert.match(await page.evaluate(() => __fake.copied), /^Tokenrack 0\.1\.0\nconnection/);
    }));

  it('of a command is a notice with a button that tries again', () =>
    on('errors', {}, async (page) => {
      await page.getByRole('button', { name: 'Refresh: Discord mirror' }).click();
      const notice = page.locator('.notice');
      await notice.waitFor();
      assert.match(await notice.textContent(), /problem of its own.*oauth\/server_error/s);
      await notice.getByRole('button', { name: 'Retry' }).click();
      await page.waitForTimeout(100);
      assert.equal(await notice.count(), 1);
      await notice.getByRole('button', { name: 'Dismiss' }).click();
      await notice.waitFor({ state: 'detached' });
    }));

  it('of a command goes by Esc, in it or where nothing else is open, and leaves the focus in the table', () =>
    on('errors', {}, async (page) => {
      const notice = page.locator('.notice');
      const refresh = page.getByRole('button', { name: 'Refresh: Discord mirror' });
      await refresh.click();
      await notice.getByRole('button', { name: 'Copy report' }).focus();
      await page.keyboard.press('Escape');
      await notice.waitFor({ state: 'detached' });
      await page.waitForSelector('[data-row]:focus');
      await refresh.click();
      await notice.waitFor();
      await page.locator('[data-row]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('aside');
      await page.keyboard.press('Escape');
      await page.waitForSelector('aside', { state: 'detached' });
      assert.equal(await notice.count(), 1);
      await page.keyboard.press('Escape');
      await notice.waitFor({ state: 'detached' });
    }));

  it('that a row already shows is not said again', () =>
    on('errors', {}, async (page) => {
      await page.getByRole('button', { name: /^Retry now/ }).click();
      await page.waitForTimeout(200);
      assert.equal(await page.locator('.notice').count(), 0);
    }));

  it('is plain text, whatever the provider writes', () =>
    on('few', {}, async (page) => {
      await page.evaluate(() => {
        const problem = {
          code: 'oauth/refused',
          message: 'The provider refused',
          cause: '<img src=x onerror="document.title=1"><b>bold</b>',
          suggestion: 'Read it.',
          action: null,
          http_status: 403,
          docs_url: 'https://tokenrack.dev/docs/errors#x',
        };
        __fake.emit({ event: 'notice', problem });
      });
      await page.locator('.notice').waitFor();
      assert.equal(await page.locator('.notice img, .notice b').count(), 0);
      assert.match(await page.locator('.notice q').textContent(), /<img src=x/);
    }));

  it('is not made worse by doubled words from outside', () =>
    on('few', {}, async (page) => {
      const id = await rowOf(page, 'Google').getAttribute('data-row');
      await page.evaluate((id) => {
        __fake.change(id, (v) => ({
          ...v,
          scopes_requested: ['a', 'a'],
          scopes_granted: ['a', 'b', 'b'],
          cautions: ['twice', 'twice'],
        }));
      }, id);
      await rowOf(page, 'Google').click();
      assert.equal(await page.locator('aside').getByText('twice').count(), 2);
    }));

  it('of the profile can be tried again', () =>
    on('broken', {}, async (page) => {
      assert.match(await page.textContent('main'), /could not read your connections.*database failed/s);
      assert.equal(await page.getByRole('button', { name: 'Retry' }).count(), 1);
    }));
});

describe('copying', () => {
  it('counts down on the button and in the footer, and can be cleared now', () =>
    on('few', { clock: true }, async (page) => {
      await rowOf(page, 'Google').focus();
      await page.keyboard.press('y');
      await page.clock.runFor(1000);
      const footer = page.locator('footer');
      await footer.getByText('Token of Google personal is on the clipboard').waitFor();
      const button = rowOf(page, 'Google').locator('[data-verb=copy]');
      const wide = (await button.boundingBox()).width;
      await page.clock.runFor(8000);
      assert.match(await button.textContent(), /^\s*0:2[012]\s*$/);
      assert.equal((await button.boundingBox()).width, wide);
      await footer.getByRole('button', { name: 'Clear now' }).click();
      await footer.getByText('Token of').waitFor({ state: 'detached' });
      assert.match(await button.textContent(), /Copy/);
    }));
});

describe('the provider’s pages', () => {
  const pages = (page) => page.locator('aside .links button').allInnerTexts();

  it('are offered as far as the provider has them', () =>
    on('few', {}, async (page) => {
      const id = await rowOf(page, 'Google').getAttribute('data-row');
      await rowOf(page, 'Google').click();
      await page.waitForSelector('aside');
      assert.deepEqual(await pages(page), [
        'Open the provider’s app page',
        'Provider’s documentation',
        'End the access at the provider',
      ]);
      await page.evaluate((id) => __fake.change(id, (v) => ({ ...v, links: ['docs'] })), id);
      await page.getByRole('button', { name: 'app page' }).waitFor({ state: 'detached' });
      assert.deepEqual(await pages(page), ['Provider’s documentation']);
    }));

  it('are not offered for a server that was discovered', () =>
    on('empty', {}, async (page) => {
      await page.locator('.empty button').click();
      await page.locator('#provider-search').fill('https://login.example');
      await page.getByRole('button', { name: 'Discover' }).click();
      await page.locator('#client-id').fill('my-client');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForSelector('aside dl');
      assert.equal(await page.locator('aside .links').count(), 0);
    }));
});

describe('a test request', () => {
  const open = async (page, row) => {
    await rowOf(page, row).focus();
    await page.keyboard.press('Enter');
    await page.locator('aside summary', { hasText: 'Test request' }).focus();
    await page.keyboard.press('Enter');
  };

  it('asks where the provider says who is connected, and shows the answer to scroll through', () =>
    on('few', {}, async (page) => {
      await open(page, 'Google');
      const address = page.getByLabel('Address');
      await page.waitForFunction(() => document.querySelector('aside details input').value !== '');
      assert.equal(await address.inputValue(), 'https://api.example/me');
      await address.press('Enter');
      const answer = page.getByRole('region', { name: 'Answer' });
      await answer.waitFor();
      assert.match(await page.textContent('aside [role=status]'), /200 OK, 84 ms, \d+ bytes/);
      assert.match(await answer.textContent(), /"login":"octavia"/);
      await answer.focus();
      assert.equal(await answer.evaluate((pre) => document.activeElement === pre), true);
      await address.fill('https://api.example/missing');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('404 Not Found').waitFor();
    }));

  it('needs an address, and says why nothing was sent', () =>
    on('few', {}, async (page) => {
      await open(page, 'Google');
      await page.waitForFunction(() => document.querySelector('aside details input').value !== '');
      await page.getByLabel('Address').fill('');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Give an address of the provider’s API.').waitFor();
      await page.getByLabel('Address').fill('https://elsewhere.example/');
      await page.getByRole('button', { name: 'Send' }).click();
      assert.match(await page.locator('aside details .problem').textContent(), /not for this host.*\[api\] hosts/s);
    }));

  it('is there only where there is a token', () =>
    on('few', {}, async (page) => {
      await rowOf(page, 'Slack').click();
      await page.waitForSelector('aside');
      assert.equal(await page.locator('aside summary', { hasText: 'Test request' }).count(), 0);
    }));
});

describe('a server without metadata', () => {
  const paste = async (page) => {
    await page.keyboard.press('Control+n');
    await page.locator('#provider-search').fill('https://html.example/');
    await page.keyboard.press('Enter');
    await page.getByText('No OAuth metadata was found').waitFor();
  };

  it('is added with the common places, when a person says so', () =>
    on('few', {}, async (page) => {
      await paste(page);
      assert.equal(await page.locator('#client-id').count(), 0);
      await page.getByRole('button', { name: 'Use /oauth2/auth and /oauth2/token' }).click();
      await page.locator('#client-id').fill('my-client');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForSelector('aside dl');
      assert.deepEqual(await page.evaluate(() => __fake.added.at(-1).endpoints), {
        authorization_endpoint: 'https://html.example/oauth2/auth',
        token_endpoint: 'https://html.example/oauth2/token',
      });
    }));

  it('takes each endpoint by hand, and says which is not right', () =>
    on('few', {}, async (page) => {
      await paste(page);
      await page.getByText('Give the endpoints by hand').click();
      await page.getByLabel('Authorization endpoint', { exact: true }).fill('https://html.example/a');
      await page.getByLabel('Token endpoint').fill('http://html.example/t');
      await page.getByRole('button', { name: 'Use these' }).click();
      await page.getByText('only https addresses are allowed').waitFor();
      await page.getByLabel('Token endpoint').fill('https://html.example/t');
      await page.getByRole('button', { name: 'Use these' }).click();
      await page.locator('#client-id').waitFor();
    }));
});

describe('what cannot be undone', () => {
  it('d asks by name; Esc and Cancel leave everything; the focus comes back', () =>
    on('few', {}, async (page) => {
      const row = rowOf(page, 'Google');
      await row.focus();
      await page.keyboard.press('d');
      await page.getByRole('alertdialog', { name: 'Disconnect “Google personal”?' }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Cancel');
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      assert.equal(await status(page, 'Google'), 'Connected');
      assert.equal(await page.evaluate(() => document.activeElement.dataset.row), await row.getAttribute('data-row'));
    }));

  it('finishes a disconnect that was cut short, and asks first', () =>
    on('interrupted', {}, async (page) => {
      await rowOf(page, 'GitHub').click();
      await page.getByRole('button', { name: 'Disconnect…' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
      await until(page, 'GitHub', 'Not connected');
    }));

  it('disconnects, says for a while what the provider did to which, and forgets', () =>
    on('few', { clock: true }, async (page) => {
      await rowOf(page, 'Google').focus();
      await page.keyboard.press('d');
      await page.getByRole('button', { name: 'Disconnect', exact: true }).click();
      await until(page, 'Google', 'Not connected');
      const notice = page.locator('.notice');
      await notice.getByText('Google ended the access').waitFor();
      assert.equal(await notice.locator('strong').textContent(), 'Google personal');
      await notice.hover();
      await page.clock.runFor(20_000);
      assert.equal(await notice.count(), 1, 'who is at it can read it');
      await page.mouse.move(10, 300);
      await page.clock.runFor(9_000);
      await notice.waitFor({ state: 'detached' });
      await rowOf(page, 'Google').click();
      await page.locator('aside').getByRole('button', { name: 'Forget', exact: true }).click();
      await rowOf(page, 'Google').waitFor({ state: 'detached' });
      await page.waitForSelector('aside', { state: 'detached' });
    }));

  it('forgets what has nothing to end without a question, unless it is taken back in time', () =>
    on('few', { clock: true }, async (page) => {
      const forget = async () => {
        await rowOf(page, 'Slack').focus();
        await page.keyboard.press('Delete');
        await rowOf(page, 'Slack').waitFor({ state: 'detached' });
      };
      await forget();
      await page.clock.runFor(9_000);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.waitForFunction(() => document.activeElement.textContent.includes('Slack'));
      // Nothing is left that would forget it later.
      await page.clock.runFor(20_000);
      assert.equal(await page.evaluate(() => __fake.calls.filter((call) => call.startsWith('disconnect')).length), 0);

      await forget();
      await page.clock.runFor(11_000);
      await page.locator('.notice').waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => __fake.calls.filter((call) => call.startsWith('disconnect')).length), 1);
      assert.equal(await rowOf(page, 'Slack').count(), 0);
    }));
});

describe('several that are forgotten', () => {
  const asked = (page) =>
    page.evaluate(() => __fake.calls.filter((call) => call.startsWith('disconnect')).map((call) => call.split(' ')[1]));
  const idle = (page) =>
    page.evaluate(() => {
      const like = __fake.views().find(({ status }) => status.kind === 'not_connected');
      const changed = [1, 2, 3, 4].map((n) => ({ ...like, id: `idle-${n}`, name: `Idle ${n}` }));
      __fake.emit({ event: 'connections', revision: 900, changed, removed: [] });
    });
  const forget = async (page, name) => {
    await rowOf(page, name).focus();
    await page.keyboard.press('Delete');
    await rowOf(page, name).waitFor({ state: 'detached' });
  };

  it('are one notice, and one Undo or Ctrl Z brings all of them back', () =>
    on('few', { clock: true }, async (page) => {
      await idle(page);
      for (const back of [
        () => page.getByRole('button', { name: 'Undo' }).click(),
        () => page.keyboard.press('Control+z'),
      ]) {
        for (const n of [1, 2, 3, 4]) {
          await forget(page, `Idle ${n}`);
          await page.clock.runFor(6_000);
        }
        await page.getByText('Forgetting 4 connections…').waitFor();
        assert.equal(await page.locator('.notice').count(), 1);
        await back();
        for (const n of [1, 2, 3, 4]) await rowOf(page, `Idle ${n}`).waitFor();
        await page.locator('.notice').waitFor({ state: 'detached' });
        await page.clock.runFor(20_000);
        assert.deepEqual(await asked(page), []);
      }
      for (const n of [2, 4]) await forget(page, `Idle ${n}`);
      await page.clock.runFor(11_000);
      await page.locator('.notice').waitFor({ state: 'detached' });
      assert.deepEqual((await asked(page)).sort(), ['idle-2', 'idle-4']);
    }));

  it('are selected and forgotten together; where an access ends, it is asked', () =>
    on('few', { clock: true }, async (page) => {
      await idle(page);
      await rowOf(page, 'Idle 1').focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('Shift+ArrowDown');
      await page.getByRole('button', { name: 'Forget', exact: true }).click();
      await page.getByText('Forgetting 2 connections…').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await rowOf(page, 'Idle 2').waitFor();

      await rowOf(page, 'Idle 1').focus();
      await page.keyboard.press('Space');
      await rowOf(page, 'Google').focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('Delete');
      const dialog = page.getByRole('alertdialog', { name: 'Forget 2 connections?' });
      await dialog.getByRole('button', { name: 'Forget 2' }).click();
      await page.clock.runFor(2_000);
      await page.getByText('2 forgotten.').first().waitFor();
      assert.equal(await rowOf(page, 'Google').count(), 0);
      assert.equal((await asked(page)).length, 2);
    }));
});

describe('adding', () => {
  it('takes three clicks after the client id is pasted', () =>
    on('empty', {}, async (page) => {
      await page.locator('.empty button').click();
      await page.locator('#provider-search').fill('spot');
      await page.keyboard.press('Enter');
      await page.locator('#client-id').fill('my-client');
      await page.getByRole('button', { name: 'Add and connect' }).click();
      await until(page, 'Spotify', 'Waiting for browser');
    }));

  it('shows the redirect URI as the core reads the draft, and copies it', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+n');
      await page.getByRole('button', { name: 'GitHub', exact: true }).click();
      await page.getByText('http://127.0.0.1/callback').waitFor();
      await page.getByText('Way back and authentication').click();
      await page.getByLabel('Loopback port').fill('8123');
      await page.getByText('http://127.0.0.1:8123/callback').waitFor();
      await page.getByRole('button', { name: 'Copy Redirect URI to register' }).click();
      assert.equal(await page.evaluate(() => __fake.copied), 'http://127.0.0.1:8123/callback');
    }));

  it('marks what is missing only once tried, and the secret never stays on the page', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+n');
      await page.getByRole('button', { name: 'GitHub', exact: true }).click();
      await page.waitForSelector('#client-id');
      assert.equal(await page.locator('.error').count(), 0);
      await page.getByRole('button', { name: 'Add and connect' }).click();
      await page.locator('.error').first().waitFor();
      assert.equal(await page.locator('[aria-invalid]').count(), 2);
      assert.equal(await page.evaluate(() => document.activeElement.id), 'client-id');
      await page.locator('#client-id').fill('abc');
      await page.locator('#client-secret').fill('canary-client-secret');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.waitForSelector('#panel-title');
      const values = await page.locator('input').evaluateAll((inputs) => inputs.map((input) => input.value).join());
      assert.ok(!(await page.content()).includes('canary') && !values.includes('canary'));
    }));

  it('discovers from a URL, and says at the field why it could not, until it can', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+n');
      await page.locator('#provider-search').fill('https://nowhere.example.com');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('The provider’s name could not be found').waitFor();
      await page.locator('#provider-search').fill('https://html.example.com');
      await page.keyboard.press('Enter');
      await page.getByText('No OAuth metadata was found').waitFor();
      assert.equal(await page.getByRole('alert').count(), 1);
      assert.equal(await page.locator('.notice').count(), 0);
      await page.locator('#provider-search').fill('login.example.com');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'login.example.com', exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForSelector('#provider-search');
      assert.equal(await page.getByRole('alert').count(), 0);
      await page.keyboard.press('Escape');
      await page.waitForSelector('[role=grid]');
    }));
});

describe('editing', () => {
  it('shows everything but the secret, saves what was changed, and leaves the tokens', () =>
    on('few', {}, async (page) => {
      await rowOf(page, 'Google').click();
      await page.locator('aside').getByRole('button', { name: 'Edit' }).click();
      await page.getByRole('heading', { name: 'Edit “Google personal”' }).waitFor();
      assert.equal(await page.inputValue('#client-secret'), '');
      assert.match(await page.getAttribute('#client-secret', 'placeholder'), /kept as it is/);
      assert.equal(await page.getByLabel('Environment').inputValue(), 'prod');
      assert.match(await page.getByLabel('Scopes').inputValue(), /drive\.readonly/);
      await page.locator('#client-id').fill('another-client');
      await page.locator('#client-secret').fill('canary-client-secret');
      await page.getByLabel('Environment').fill('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForSelector('#panel-title:focus');
      assert.match(await page.locator('aside').textContent(), /another-client/);
      assert.equal(await status(page, 'Google'), 'Connected');
      const [sent] = await page.evaluate(() => __fake.edits);
      assert.deepEqual([sent.secret, sent.draft.client_id], ['canary-client-secret', 'another-client']);
      assert.ok(!('environment' in sent.draft));
      const values = await page.locator('input').evaluateAll((inputs) => inputs.map((input) => input.value).join());
      assert.ok(!(await page.content()).includes('canary') && !values.includes('canary'));
    }));

  it('gives the address to register when the way back changes', () =>
    on('few', {}, async (page) => {
      const row = rowOf(page, 'GitLab');
      await row.focus();
      await page.keyboard.press('e');
      await page.getByLabel('Own redirect URI').waitFor();
      const before = await page.getByLabel('Own redirect URI').inputValue();
      assert.equal(before, 'dev.tokenrack.desktop:/oauth/callback');
      assert.equal(await page.locator('.moved').count(), 0);
      await page.getByLabel('Way back', { exact: true }).selectOption('loopback');
      await page.locator('.moved').getByText('http://127.0.0.1/callback').waitFor();
      await page.getByRole('button', { name: 'Copy New redirect URI' }).click();
      assert.equal(await page.evaluate(() => __fake.copied), 'http://127.0.0.1/callback');
      await page.getByLabel('Way back', { exact: true }).selectOption('deep_link');
      await page.locator('.moved').waitFor({ state: 'detached' });
      assert.equal(await page.getByLabel('Own redirect URI').inputValue(), before);
    }));

  it('Cancel and Esc change nothing and give the focus back', () =>
    on('few', {}, async (page) => {
      const row = rowOf(page, 'Google');
      await row.focus();
      await page.keyboard.press('e');
      await page.locator('#client-id').fill('changed');
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-row]:focus');
      assert.equal(await page.evaluate(() => document.activeElement.dataset.row), await row.getAttribute('data-row'));
      await row.click();
      await page.locator('aside').getByRole('button', { name: 'Edit' }).click();
      await page.locator('form').getByRole('button', { name: 'Cancel' }).click();
      await page.waitForSelector('#panel-title:focus');
      assert.deepEqual(await page.evaluate(() => __fake.edits), []);
    }));

  it('Fix settings opens it; what is wrong is marked, what the core refuses is said', () =>
    on('all-statuses', {}, async (page) => {
      await page
        .getByRole('button', { name: /^Fix settings/ })
        .first()
        .click();
      await page.waitForSelector('#client-id');
      await page.locator('#client-id').fill('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForSelector('#client-id[aria-invalid]:focus');
      await page.locator('#client-id').fill('right');
      const name = page.getByLabel('Name', { exact: true });
      const own = await name.inputValue();
      await name.fill((await page.evaluate(() => __fake.views()[0].name)).toUpperCase());
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Another connection has this name.').waitFor();
      await name.fill(own);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.textContent('#panel-title'), own);
    }));

  it('closes when the connection is forgotten meanwhile', () =>
    on('few', {}, async (page) => {
      const row = rowOf(page, 'Google');
      const id = await row.getAttribute('data-row');
      await row.focus();
      await page.keyboard.press('e');
      await page.waitForSelector('#client-id');
      await page.evaluate((id) => __fake.emit({ event: 'connections', revision: 900, changed: [], removed: [id] }), id);
      await page.waitForSelector('[role=grid]');
    }));
});

describe('settings', () => {
  it('change theme and density at once and refuse a wrong clipboard time', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByText('Dark', { exact: true }).click();
      assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
      assert.equal(
        await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
        'rgb(15, 22, 25)',
      );
      const seconds = page.getByLabel('Clear a copied token after');
      await seconds.fill('3');
      await page.getByText('between 5 and 300.').first().waitFor();
      await seconds.fill('60');
      await seconds.blur();
      await page.getByText('Compact').click();
      // Two changes at once are both kept.
      await page.waitForFunction(() => __fake.settings().density === 'compact');
      assert.equal(await page.evaluate(() => __fake.settings().clipboard_seconds), 60);
      await page.keyboard.press('Escape');
      await page.locator('[data-row]').first().waitFor();
      assert.equal((await page.locator('[data-row]').first().boundingBox()).height, 28);
    }));

  it('offer the tray and the start with the system where there are such', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByRole('group', { name: 'Start with the system' }).getByText('On').click();
      const tray = page.getByRole('group', { name: 'Go on in the tray' });
      assert.equal(await tray.getByRole('radio', { name: 'On' }).isChecked(), true);
      await tray.getByText('Off').click();
      await page.waitForFunction(() => !__fake.settings().keep_in_tray);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+,');
      const start = page.getByRole('group', { name: 'Start with the system' });
      await start.waitFor();
      assert.equal(await start.getByRole('radio', { name: 'On' }).isChecked(), true);
    }));

  it('say what a desktop without a tray means', () =>
    on('no-tray', {}, async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByText('This desktop has no tray: closing the window ends Tokenrack').waitFor();
      assert.equal(await page.getByRole('group', { name: 'Go on in the tray' }).count(), 0);
      assert.equal(await page.getByRole('group', { name: 'Start with the system' }).count(), 0);
    }));

  it('show the checks, and test the link', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByText('GNOME Keyring / Secret Service: an item was written, read and deleted in 31 ms').waitFor();
      await page.getByText('do not open this program').waitFor();
      await page.getByRole('button', { name: 'Test the link' }).click();
      await page.getByText('A link came back in 84 ms.').waitFor();
      assert.match(await page.textContent('main'), /tokenrack\.db/);
      await page.getByRole('button', { name: 'Copy report' }).click();
      await page.waitForFunction(() => __fake.copied.includes('every check'));
    }));
});

describe('the vault', () => {
  it('locked keychain: one click unlocks', () =>
    on('vault-locked', {}, async (page) => {
      await page.locator('.banner').getByRole('button', { name: 'Unlock' }).click();
      await page.waitForSelector('.banner', { state: 'detached' });
      assert.match(await page.textContent('h1'), /^3\sconnected\.$/);
    }));

  it('locked file: the wrong passphrase is said to be wrong and is not kept', () =>
    on('vault-file', {}, async (page) => {
      await page
        .getByRole('button', { name: /^Unlock:/ })
        .first()
        .click();
      await page.waitForSelector('#passphrase:focus');
      await page.keyboard.type('canary');
      await page.keyboard.press('Enter');
      await page.locator('.banner .error').waitFor();
      assert.equal(await page.inputValue('#passphrase'), '');
      await page.locator('#passphrase').fill('correct horse battery');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.banner', { state: 'detached' });
    }));

  it('new file: the passphrase is chosen twice', () =>
    on('vault-new', {}, async (page) => {
      await page.locator('#passphrase').fill('short');
      await page.getByRole('button', { name: 'Create vault' }).click();
      await page.locator('.banner .error').waitFor();
      await page.locator('#passphrase').fill('a long enough one');
      await page.locator('#passphrase-again').fill('another long one');
      await page.getByRole('button', { name: 'Create vault' }).click();
      await page.getByText('The two are not the same.').waitFor();
      await page.locator('#passphrase-again').fill('a long enough one');
      await page.getByRole('button', { name: 'Create vault' }).click();
      await page.waitForSelector('.banner', { state: 'detached' });
    }));

  it('absent: says how to get one', () =>
    on('vault-absent', {}, async (page) => {
      assert.match(await page.textContent('.banner'), /no keychain in this session.*TOKENRACK_VAULT=file/s);
    }));
});
