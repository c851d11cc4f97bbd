// Walks the registry of commands: each is done by its key, by the palette and by a control that can be seen, stands in
// the list of keys, and does what it says. A command that is not here fails the first test.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { fromUrl, scenes, summon } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

const rowOf = (page, name) => page.locator('[data-row]', { hasText: name });
const button = (name) => (page) => page.getByRole('button', { name, exact: true });
const heading = (words) => (page) => page.locator('h1', { hasText: words }).and(page.locator(':focus')).waitFor();
const called = (start) => (page) =>
  page.waitForFunction((start) => __fake.calls.some((call) => call.startsWith(start)), start);
const asks = (words) => (page) => page.getByRole('alertdialog', { name: words }).waitFor();
const copied = (words) => (page) => page.waitForFunction((words) => __fake.copied.includes(words), words);

/** In the open panel of a connection. */
const inPanel = (name) => async (page) => {
  await page.locator('[data-row]:focus').press('Enter');
  return page.locator('aside').getByRole('button', { name });
};
const connection = (name, words, control, does, scene = 'few') => ({
  scene,
  arrange: (page) => rowOf(page, name).focus(),
  words,
  control: inPanel(control),
  does,
});
const setting = (words, control, does, arrange) => ({ words, control, does, arrange });
/** In the settings. */
const inSettings = (control) => async (page) => {
  await page.keyboard.press('Control+,');
  await heading('Settings')(page);
  return control(page);
};
/** One choice of a few there. */
const inGroup = (group, name) =>
  inSettings((page) => page.getByRole('group', { name: group }).getByText(name, { exact: true }));
const root = (selector) => (page) => page.waitForSelector(`html${selector}`, { state: 'attached' });
/** First to another value than the one that the command sets. */
const dark = async (page) => {
  await summon('theme dark')(page);
  await page.keyboard.press('Enter');
  await root('[data-theme=dark]')(page);
};
const compact = async (page) => {
  await summon('rows compact')(page);
  await page.keyboard.press('Enter');
  await root('[data-density=compact]')(page);
};
const first = (words) => async (page) => {
  await summon(words)(page);
  await page.keyboard.press('Enter');
  await called('savesettings')(page);
  await page.evaluate(() => (__fake.calls.length = 0));
};

/** Each: where it is tried, how it is found in the palette, its control, and what then is so. */
const walks = {
  connect: connection('Slack billing', 'connect slack billing', 'Connect', called('connect ')),
  refresh: connection('Google personal', 'refresh google', 'Refresh', called('refresh ')),
  copy: connection('Google personal', 'copy token google', /^Copy token/, called('copytoken ')),
  edit: connection('Google personal', 'edit google', 'Edit', heading('Google personal')),
  disconnect: connection('Google personal', 'disconnect google', 'Disconnect…', asks('Disconnect “Google personal”?')),
  forget: connection('Google personal', 'forget google', 'Forget…', asks('Forget “Google personal”?')),
  cancel: connection('waits', 'cancel sign-in', /^Cancel/, called('cancel '), 'waiting'),
  copyLink: connection('waits', 'copy sign-in link', 'Copy link', called('copylink '), 'waiting'),
  reopen: connection('waits', 'open sign-in again', 'Open again', called('reopen '), 'waiting'),
  open: {
    ...connection('Google personal', 'open google', '', async (page) => page.waitForSelector('#panel-title:focus')),
    control: (page) => rowOf(page, 'Google personal').locator('strong'),
    // A click opens the panel beside the table and leaves the focus in it.
    clicked: async (page) => page.locator('#panel-title', { hasText: 'Google personal' }).waitFor(),
  },

  palette: {
    words: null,
    control: button('Find a command'),
    does: (page) => page.getByRole('combobox').and(page.locator(':focus')).waitFor(),
  },
  filter: {
    words: 'filter',
    control: (page) => page.getByLabel('Filter connections'),
    does: (page) => page.waitForSelector('#filter:focus'),
  },
  add: {
    words: 'add a connection',
    control: button('Add connection'),
    does: (page) => page.waitForSelector('#provider-search:focus'),
  },
  activity: { words: 'activity', control: button('Activity'), does: heading('Activity') },
  settings: { words: 'settings', pick: 'Settings', control: button('Settings'), does: heading('Settings') },
  sharing: {
    words: 'import and export',
    pick: 'Import and export',
    control: inSettings(button('Import and export…')),
    does: heading('Import and export'),
  },
  saveSpec: {
    arrange: fromUrl,
    words: 'save provider file',
    control: button('Save'),
    does: called('savespec '),
  },
  undo: {
    arrange: async (page) => {
      await rowOf(page, 'Slack billing').focus();
      await page.keyboard.press('Delete');
      await button('Undo')(page).waitFor();
    },
    words: 'undo',
    control: button('Undo'),
    does: (page) => rowOf(page, 'Slack billing').waitFor(),
  },
  selectAll: {
    words: 'select all',
    // By a click on each row's own box, or the bar's button once one is selected.
    arrange: (page) => page.evaluate(() => document.activeElement.blur()),
    control: async (page) => {
      await page.locator('[data-row] .check').first().click();
      return button('Select all 6')(page);
    },
    does: (page) => page.getByText('6 selected').waitFor(),
  },
  quit: {
    words: 'quit',
    // The mouse has the window's own button, and the tray.
    control: null,
    does: (page) => page.waitForFunction(() => __fake.ended),
  },
  keys: {
    words: 'list of keys',
    control: button('Keys'),
    does: (page) => page.getByRole('dialog', { name: 'Keys' }).waitFor(),
  },
  clearClipboard: {
    arrange: async (page) => {
      await rowOf(page, 'Google personal').focus();
      await page.keyboard.press('y');
      await button('Clear now')(page).waitFor();
    },
    words: 'clear clipboard',
    control: button('Clear now'),
    does: called('clearclipboard'),
  },
  unlock: {
    scene: 'vault-locked',
    words: 'unlock',
    control: (page) => page.locator('.banner').getByRole('button', { name: 'Unlock' }),
    does: called('unlock'),
  },
  ownProvider: {
    words: 'own provider',
    control: async (page) => {
      await page.keyboard.press('Control+n');
      return page.getByRole('button', { name: 'Add your own provider' });
    },
    does: (page) => page.getByRole('heading', { name: 'From nothing' }).waitFor(),
  },
  copyDiagnostics: {
    words: 'copy diagnostics',
    control: async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByText('GNOME Keyring / Secret Service: an item was written, read and deleted in 31 ms').waitFor();
      return page.getByRole('button', { name: 'Copy report' });
    },
    does: copied('every check'),
  },
  themeSystem: setting('theme desktop', inGroup('Theme', 'As the desktop'), root('[data-theme=system]'), dark),
  themeLight: setting('theme light', inGroup('Theme', 'Light'), root('[data-theme=light]')),
  themeDark: setting('theme dark', inGroup('Theme', 'Dark'), root('[data-theme=dark]')),
  comfortable: setting('rows comfortable', inGroup('Rows', 'Comfortable'), root('[data-density=comfortable]'), compact),
  compact: setting('rows compact', inGroup('Rows', 'Compact'), root('[data-density=compact]')),
  notify: setting(
    'notifications on',
    inGroup('Say on the desktop', 'On'),
    called('savesettings'),
    first('notifications off'),
  ),
  silence: setting('notifications off', inGroup('Say on the desktop', 'Off'), called('savesettings')),
  tray: setting('tray on', inGroup('Go on in the tray', 'On'), called('savesettings'), first('tray off')),
  noTray: setting('tray off', inGroup('Go on in the tray', 'Off'), called('savesettings')),
};

/** Opens the scene of a command and arranges it there. */
async function on({ scene = 'few', arrange }, body) {
  const { page, close } = await it_.open(scene);
  await page.locator('[data-row]').first().focus();
  if (scene === 'waiting') await page.locator('[data-row]', { hasText: 'Waiting for browser' }).focus();
  else await arrange?.(page);
  await body(page);
  await close();
}

let registry;
async function registered() {
  if (registry) return registry;
  const { page, close } = await it_.open('few');
  registry = await page.evaluate(() => __fake.registry());
  await close();
  return registry;
}
const press = (page, keys) => page.keyboard.press(keys.replace('Ctrl ', 'Control+').replace('Control+K', 'Control+k'));

describe('every command', () => {
  it('is walked here', async () => {
    const ids = (await registered()).map(({ id }) => id);
    assert.ok(ids.length > 20 && new Set(ids).size === ids.length, ids.join());
    assert.deepEqual(Object.keys(walks).toSorted(), ids.toSorted());
  });

  it('with a key stands in the list of keys, no key does two things, and the palette is there for the rest', async () => {
    const all = await registered();
    const keys = all.map(({ keys }) => keys).filter(Boolean);
    assert.equal(new Set(keys).size, keys.length, keys.join());
    const { page, close } = await it_.open('few');
    await page.keyboard.press('?');
    await page.locator('dialog dl').first().waitFor();
    const listed = await page.locator('dialog dl > div').evaluateAll((lines) =>
      lines.map((line) => {
        const keys = [...line.querySelectorAll('kbd')].map((kbd) => kbd.textContent).join(' ');
        return `${keys}: ${line.querySelector('dd').textContent}`;
      }),
    );
    for (const { keys, label } of all) if (keys) assert.ok(listed.includes(`${keys}: ${label}`), `${keys}: ${label}`);
    await close();
  });

  for (const [id, walk] of Object.entries(walks)) {
    it(`${id}: by its key`, async (test) => {
      const { keys } = (await registered()).find((command) => command.id === id);
      if (!keys) return test.skip('it has none');
      await on(walk, async (page) => {
        await press(page, keys);
        await walk.does(page);
      });
    });
    if (walk.words) {
      it(`${id}: by the palette`, () =>
        on(walk, async (page) => {
          await summon(walk.words)(page);
          if (walk.pick)
            await page
              .getByRole('option')
              .filter({ has: page.getByText(walk.pick, { exact: true }) })
              .click();
          else await page.keyboard.press('Enter');
          await walk.does(page);
        }));
    }
    if (!walk.control) continue;
    it(`${id}: by a control`, () =>
      on(walk, async (page) => {
        const control = await walk.control(page);
        await control.waitFor({ state: 'visible' });
        await control.click();
        await (walk.clicked ?? walk.does)(page);
      }));
  }
});

/** What Tab comes to until it comes round: its words, and whether its place can be seen. */
async function tabbed(page) {
  const seen = [];
  for (let n = 0; n < 250; n += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const first = at.dataset.tabbed === undefined;
      at.dataset.tabbed = '';
      const marked = (node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
      };
      const { top, bottom, left, right } = (at.closest('label') ?? at).getBoundingClientRect();
      const inSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
      const words = (at.ariaLabel || at.textContent || at.id || at.tagName).trim().slice(0, 60);
      return { first, words, clear: inSight && [at, at.parentElement].some(marked) };
    });
    if (stop && !stop.first) return seen;
    if (stop) seen.push(stop);
  }
  throw new Error('Tab does not come round');
}

/** What could be used and was not come to. A table and a choice of a few are one stop each. */
const missed = (page) =>
  page.evaluate(() => {
    const open = document.querySelector('dialog[open]') ?? document.body;
    return [...open.querySelectorAll('button, input, select, textarea, summary, a[href], [role=grid]')]
      .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled)
      .filter((node) => !node.closest('[role=row]') && node.role !== 'grid' && node.tabIndex >= 0)
      .filter((node) => node.type !== 'radio' || !document.querySelector(`[name="${node.name}"][data-tabbed]`))
      .filter((node) => node.dataset.tabbed === undefined)
      .map((node) => node.outerHTML.slice(0, 120));
  });

describe('Tab', () => {
  const views = 'few panel panel-problem waiting gallery add-github spec-start spec-checked settings activity-filtered';
  for (const name of `${views} palette keys confirm empty vault-file`.split(' ')) {
    it(`comes to everything of ${name}, and it can be seen where`, async () => {
      const [scene, act] = scenes[name];
      const { page, close } = await it_.open(scene);
      if (act) await act(page);
      // A view takes the focus when it is there.
      await page.waitForTimeout(300);
      const stops = await tabbed(page);
      assert.ok(stops.length > 0);
      assert.deepEqual(
        stops.filter(({ clear }) => !clear).map(({ words }) => words),
        [],
        'no place to see',
      );
      assert.deepEqual(await missed(page), []);
      await close();
    });
  }
});
