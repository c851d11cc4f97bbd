import { hold } from './axe.mjs';

hold('forced colours', { forcedColors: 'active' });
