import{E as a}from"./pages/ZMLZVKQJ.js";import"./pages/7CAY5FOV.js";var r=250,o=a().catch(()=>{});Promise.race([o,new Promise(e=>setTimeout(e,r))]).then(()=>import("./pages/LUF3REJS.js"));
