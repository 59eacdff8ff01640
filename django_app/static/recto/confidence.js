/** How sure a reading has to be. */
export const SURE = 0.75; // below this it is marked as uncertain
export const LOST = 0.5; // below this even more so
