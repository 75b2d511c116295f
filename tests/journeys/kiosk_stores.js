// All that a browser keeps of a site; of databases the names of fields alone.
async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, databases: {} };
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => resolve(asked.result);
    });
    for (const store of database.objectStoreNames) {
      const asked = database.transaction(store).objectStore(store).getAll();
      const rows = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
      found.databases[`${name}/${store}`] = rows.map((row) =>
        row instanceof CryptoKey ? `key, extractable: ${row.extractable}` : Object.keys(row).sort().join());
    }
    database.close();
  }
  found.caches = await caches.keys();
  found.cookies = document.cookie;
  found.address = location.href;
  found.history = history.length;
  return found;
}
