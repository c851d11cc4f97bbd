/** Says a number with its word, by the language's own rules: "1 connection", "2 connections". */
export function counting(locale: string): (n: number, one: string, other: string) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (n, one, other) => `${numbers.format(n)} ${rules.select(n) === 'one' ? one : other}`;
}
