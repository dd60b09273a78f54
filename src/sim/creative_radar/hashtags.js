// What the newer page does as soon as it is open: it asks for hashtags and shows what came. Nothing is signed.
(async () => {
  const wish = { countryCode: 'US', timeRange: 7, page: 1, limit: 20 };
  const headers = { 'Content-Type': 'application/json', 'agw-js-conv': 'str', 'X-CSRFToken': 'c0ffee00c0ffee00c0ffee00' };
  const how = { method: 'POST', headers, body: JSON.stringify(wish) };
  const answer = await (await fetch('/CreativeOne/KnowledgeAPI/GetHashtagList', how)).json();
  for (const hashtag of answer.items) {
    const row = document.createElement('li');
    row.textContent = `#${hashtag.hashtagName} · ${hashtag.publishCnt}`;
    document.getElementById('creators').append(row);
  }
  document.getElementById('said').textContent = `OK, ${answer.items.length} of ${answer.pagination.totalCount}`;
})();
