from fastapi import FastAPI
from pydantic import BaseModel

from ${{ values.package }} import model

app = FastAPI(title="${{ values.name }}")
learned = model.load("model.json")


class Question(BaseModel):
    x: float


@app.get("/healthz")
def healthz():
    return {"ok": True}


@app.post("/v1/predict")
def predict(question: Question):
    return {"y": learned.predict(question.x)}
