/** A stylesheet imported as text. */
declare module '*.css' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: a text import has only a default
  export default text;
}
