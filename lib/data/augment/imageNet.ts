/** ImageNet's channel statistics (RGB), used to normalise frames in [0, 1]. */
export const imageNetMean = [0.485, 0.456, 0.406] as const;
export const imageNetStd = [0.229, 0.224, 0.225] as const;
