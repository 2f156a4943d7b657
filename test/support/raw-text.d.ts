// Declares Vite's `?raw` imports: tests inside workerd read files of the project as text by them.
declare module "*?raw" {
  const text: string;
  export default text;
}
