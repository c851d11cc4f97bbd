import { hold } from './axe.mjs';

hold('light', { colorScheme: 'light' });
