export {};

/** What vega 6 exports and its types do not have. */
declare module 'vega' {
  /** What of a text mark decides its width; `limit` is in pixels. */
  export interface TextMark {
    readonly fontSize?: number;
    readonly limit?: number;
  }
  /** Measures text for layout; `width` may be replaced. */
  export const textMetrics: { width(mark: TextMark, text: unknown): number };
  /** Lets the ids of clip paths and gradients begin at zero again. */
  export function resetSVGDefIds(): void;
}
