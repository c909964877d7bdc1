declare module 'upng-js' {
  /**
   * Encodes pictures as PNG.
   *
   * @param pictures red, green, blue and opacity of each pixel; one picture, or several for an animation
   * @param colours maximum number of colours; 0 keeps all
   */
  export function encode(
    pictures: readonly ArrayBuffer[],
    width: number,
    height: number,
    colours: number,
  ): ArrayBuffer;
}
