// What the page does as soon as it is open: it signs a request for the list as the real one does, sends it, and shows
// what came. `changed` stands in front of this text: what a new version of the script does in another way.
function sign(middle, moment) {
  const digest = md5(`${changed.salt || 'A7B&9z#1G6$2K@8M!3'}-${middle}-${moment}`);
  return Array.from({ length: 16 }, (_, i) => (parseInt(digest[i], 16) ^ parseInt(digest[i + 16], 16)).toString(16)).join('');
}

async function list() {
  let id = localStorage.getItem('anonymous_user_id');
  if (!id) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    localStorage.setItem('anonymous_user_id', id);
  }
  let web = localStorage.getItem('web_id');
  if (!web) {
    web = `7${Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => byte % 10).join('')}`;
    localStorage.setItem('web_id', web);
  }
  const moment = String(Math.floor(Date.now() / 1000));
  const headers = { 'anonymous-user-id': id, timestamp: moment, 'web-id': web, 'user-sign': sign(web, moment), lang: 'en', ...changed.headers };
  const path = '/creative_radar_api/v1/popular_trend/creator/list?page=1&limit=20&sort_by=follower&creator_country=US';
  const answer = await (await fetch(path, { headers })).json();
  const rows = answer.data ? answer.data.creators : [];
  for (const creator of rows) {
    const row = document.createElement('li');
    row.textContent = `${creator.nick_name} · ${creator.follower_cnt}`;
    document.getElementById('creators').append(row);
  }
  document.getElementById('said').textContent = `${answer.msg}, ${rows.length} of ${answer.data ? answer.data.pagination.total : 0}`;
}

list();
