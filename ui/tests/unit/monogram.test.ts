import { describe, expect, it } from 'vitest';

import { monogram } from '../../src/lib/monogram';

describe('a monogram', () => {
  it.each([
    ['Harvest', 'H'],
    ['Constant Contact', 'CC'],
    ['monday.com', 'M'],
    ['Epic Games Store', 'EG'],
    ['Facebook (Meta)', 'F'],
    ['osu!', 'O'],
    ['ÜberJobs', 'Ü'],
    ['Web 2', 'W2'],
    ['127.0.0.1:39723', ''],
    ['!?', ''],
    ['', ''],
  ])('of %j is %s', (name, letters) => expect(monogram(name).letters).toBe(letters));

  it('differs in tone between names, and never asks for a person as a status does', () => {
    const names = ['Harvest', 'Wrike', 'Close', 'Front', 'Mercury', 'Ramp', 'Oura', 'Deel'];
    const tones = names.map((name) => monogram(name).tone);
    expect([...new Set(tones)].sort()).toEqual(['info', 'ok', 'quiet']);
  });
});
