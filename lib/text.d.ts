/** A text file imported as a value: `import settle from './settle.sql' with { type: 'text' }`. */
declare module '*.sql' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: a text import has only a default
  export default text;
}
declare module '*.csv' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: a text import has only a default
  export default text;
}
declare module '*.typ' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: a text import has only a default
  export default text;
}
