"""A saved news page and the article in it, written for the tests."""

PAGE = """<!DOCTYPE html>
<html lang="pt"><head><meta charset="utf-8"><title>A ponte fecha na segunda-feira | Jornal</title>
<script>var article = "não é texto";</script></head><body>
<nav><ul><li><a href="/">Início</a></li><li><a href="/d">Desporto</a></li></ul></nav>
<main><article><p>As obras vão custar <b>2 milhões</b> de euros e durar três meses, diz a câmara.</p>
<p>O presidente, Rui Sarmento, promete um <a href="/barco">barco gratuito</a> a quem trabalha na
outra margem.</p><h2>Comércio</h2>
<p>Os comerciantes temem perder clientes.<br>De noite, ninguém poderá atravessar o rio.</p>
<ul><li>Primeiro fecha a faixa norte.</li><li>Depois, a faixa sul.</li></ul></article>
<aside><h3>Mais lidas</h3><a href="1">Outra notícia</a></aside></main>
<footer>© Jornal do Cais</footer></body></html>"""
ARTICLE = """A ponte fecha na segunda-feira
As obras vão custar 2 milhões de euros e durar três meses, diz a câmara.
O presidente, Rui Sarmento, promete um barco gratuito a quem trabalha na outra margem.
Comércio
Os comerciantes temem perder clientes.
De noite, ninguém poderá atravessar o rio.
Primeiro fecha a faixa norte.
Depois, a faixa sul."""
