"""From results to pages: blocks in a notebook, and the self-contained HTML page that people open.

- `blocks`: `show(result, …)` and `notice(…)`, what a notebook cell calls
- `render`: a page from an executed notebook, and the pages that say what is missing, refused or failed
- `pages`: what a renderer is told about a page
- `theme`: how charts look
- `words`: every visible word, in Chinese and English
"""
