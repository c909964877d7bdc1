declare module 'upng-js' {
  /**
   * Encodes pictures as PNG.
   *
   * @param pictures red, green, blue and opacity of each pixel; one picture, or several for a film
   * @param colours most that there may be; 0 keeps all
   */
  export function encode(
    pictures: readonly ArrayBuffer[],
    width: number,
    height: number,
    colours: number,
  ): ArrayBuffer;
}
