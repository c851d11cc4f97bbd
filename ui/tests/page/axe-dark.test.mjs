import { hold } from './axe.mjs';

hold('dark', { colorScheme: 'dark' });
