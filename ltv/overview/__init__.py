"""The page that everybody opens first: five questions answered from the result tables of the date.

`five_answers` puts it together: `figures` are the key figures with their history, `answers` the five answers, one module a question,
`overview_words` every sentence in both languages.
"""
