declare module "vnu-jar" {
  /** Where the checker's archive lies: a string object, and more. */
  const path: object;
  export default path;
}
