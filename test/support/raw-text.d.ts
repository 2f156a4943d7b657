// A file of the project as text, by Vite's `?raw`: tests inside workerd have no file system.
declare module "*?raw" {
  const text: string;
  export default text;
}
